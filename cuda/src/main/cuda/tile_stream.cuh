// The keys of a block on their way through the ring of stages: first those of the window union of
// its query tile, key tile by key tile in row-major order from the union's exact start on, then the
// additional ones. What a stage holds is left beside the ring for those who compute:
//
//   contents[stage] = first place z, y, x of the tile, 0         or    0, 0, 0, additional keys left
#pragma once
#include "tile_loader.cuh"
#include "tile_windows.cuh"

namespace sparkhood {

template <typename Shape>
struct TileStream {
  using T = typename Shape::Element;
  using Loader = TileLoader<Shape>;

  const ForwardParameter& p;
  const TokenSteps steps;
  const uint32_t ring;
  int4* const contents;
  Places from, end;  // the union
  Places ahead;      // of the tile to be copied next
  Places laneKey;    // of the key whose token this lane must know, in its tile
  HeadRows<T> keys, values;
  int windowTiles, tiles;

  __device__ __forceinline__ TileStream(const ForwardParameter& p, const BlockPlace& block,
                                        const StreamWindows<Shape>& tile, uint32_t ring)
      : p(p),
        steps(p, block.group),
        ring(ring),
        contents(tile.contents),
        laneKey(places_of(Loader::row_of_lane(), p.keyShift)),
        keys(p.key, blockIdx.z, blockIdx.y / p.headsPerKeyHead, p.headDim, steps.first),
        values(p.value, blockIdx.z, blockIdx.y / p.headsPerKeyHead, p.valueDim, steps.first) {
    tile.unite(p, from, end);
    ahead = from;
    const int z = Shape::KEYS >> (p.keyShift[0] + p.keyShift[1]);
    windowTiles = (end.z - from.z + z - 1) / z * ceil_shift(end.y - from.y, p.keyShift[0]) *
                  ceil_shift(end.x - from.x, p.keyShift[1]);
    tiles = windowTiles + (p.additionalTokens + Shape::KEYS - 1) / Shape::KEYS;
  }

  // Starts copying the block's queries; those beyond the group become zero.
  __device__ __forceinline__ void copy_queries(const BlockPlace& block) const {
    const HeadRows<T> queries(p.query, blockIdx.z, blockIdx.y, p.headDim, steps.first);
    const Places at = block.query(p, Loader::row_of_lane());
    Loader::template load_rows<Shape::QUERIES>(ring + Shape::QUERIES_AT, queries,
                                               block.holds(at) ? steps.token(p, at) : -1);
    copies_commit();
  }

  // Starts copying a tile to a stage. Tiles come in order; after the last there is nothing to copy.
  __device__ __forceinline__ void copy_tile(int number, int stage) {
    if (number < tiles) {
      const int token =
          number < windowTiles ? next_window_tile(stage) : next_additional_tile(number, stage);
      const uint32_t to = ring + stage * Shape::STAGE_BYTES;
      Loader::template load_rows<Shape::KEYS>(to, keys, token);
      Loader::template load_rows<Shape::KEYS>(to + Shape::KEY_BYTES, values, token);
    }
    copies_commit();  // an empty group keeps the count
  }

  // The token of this lane's key, or -1 beyond the union.
  __device__ __forceinline__ int next_window_tile(int stage) {
    if (threadIdx.x == 0) contents[stage] = make_int4(ahead.z, ahead.y, ahead.x, 0);
    const Places at{ahead.z + laneKey.z, ahead.y + laneKey.y, ahead.x + laneKey.x};
    ahead.x += 1 << p.keyShift[1];
    if (ahead.x >= end.x) {
      ahead.x = from.x;
      ahead.y += 1 << p.keyShift[0];
      if (ahead.y >= end.y) {
        ahead.y = from.y;
        ahead.z += Shape::KEYS >> (p.keyShift[0] + p.keyShift[1]);
      }
    }
    return at.z < end.z && at.y < end.y && at.x < end.x ? steps.token(p, at) : -1;
  }

  // The same among the additional keys.
  __device__ __forceinline__ int next_additional_tile(int number, int stage) {
    if (number == windowTiles) {
      const int head = blockIdx.y / p.headsPerKeyHead;
      keys = HeadRows<T>(p.additionalKeys, blockIdx.z, head, p.headDim);
      values = HeadRows<T>(p.additionalValues, blockIdx.z, head, p.valueDim);
    }
    const int first = (number - windowTiles) * Shape::KEYS, token = first + Loader::row_of_lane();
    if (threadIdx.x == 0) contents[stage] = make_int4(0, 0, 0, p.additionalTokens - first);
    return token < p.additionalTokens ? token : -1;
  }
};

}  // namespace sparkhood
