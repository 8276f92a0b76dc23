// What the queries of a block see of a tile of keys.
//
// The innermost extent of a key tile is a multiple of 8, so that line n of a tile, keys 8n ... 8n +
// 7, lies on one line of the map. A lane holds keys 2c and 2c + 1 of every line; which of its lines
// a query sees is a mask of 8 bits, made of three intervals of places:
//
//   bits of z                11110000       a tile of 2 z, 2 y, 16 x: lines 0 and 1 are 16 x,
//                                           2 and 3 those of the next y
//   bits of y, for every z   00110011
//   bits of x, every line    01010101       & of the three: what is seen
#pragma once
#include <climits>

#include "tile_place.cuh"
#include "tile_shape.cuh"

namespace sparkhood {

// On one axis: [start, end) is the union of a warp's windows, [allStart, allEnd) their
// intersection.
using Reach = int4;
__device__ __forceinline__ bool touches(const Reach& r, int from, int extent) {
  return from < r.y && from + extent > r.x;
}
__device__ __forceinline__ bool covers(const Reach& r, int from, int extent) {
  return from >= r.z && from + extent <= r.w;
}

template <typename Shape>
struct TileWindows {
  int2* windows;  // [tile z + tile y + tile x] in shared memory

  __device__ __forceinline__ explicit TileWindows(char* shared)
      : windows(reinterpret_cast<int2*>(shared + Shape::WINDOWS_AT)) {}

  // Reads the tables of the tile's queries; those beyond the group see what its last one sees.
  __device__ __forceinline__ void load(const ForwardParameter& p, const BlockPlace& block) {
    const int x = 1 << p.queryShift[1], y = 1 << p.queryShift[0];
    const int z = Shape::QUERIES >> (p.queryShift[0] + p.queryShift[1]);
    // one turn, except where one tile is a line of more queries than there are threads
    constexpr bool SEVERAL = Shape::QUERIES + 2 > Shape::THREADS;
#pragma unroll 1
    for (int i = threadIdx.x; i < x + y + z; i += Shape::THREADS) {
      int position;
      if (i < z) {
        position = min(block.first.z + i, block.length.z - 1) * p.dilation[0] + block.group.z;
      } else if (i < z + y) {
        position = min(block.first.y + i - z, block.length.y - 1) * p.dilation[1] + block.group.y +
                   p.extent[0];
      } else {
        position = min(block.first.x + i - z - y, block.length.x - 1) * p.dilation[2] +
                   block.group.x + p.extent[0] + p.extent[1];
      }
      windows[i] = __ldg(p.windows + position);
      if (!SEVERAL) break;
    }
  }

  // Index of the first window of an axis.
  __device__ __forceinline__ int begin(const ForwardParameter& p, int axis) const {
    const int z = Shape::QUERIES >> (p.queryShift[0] + p.queryShift[1]);
    return axis == 0 ? 0 : axis == 1 ? z : z + (1 << p.queryShift[0]);
  }

  // Union of the whole tile's windows.
  __device__ __forceinline__ void unite(const ForwardParameter& p, Places& from,
                                        Places& end) const {
    const int y = begin(p, 1), x = begin(p, 2);
    from = {windows[0].x, windows[y].x, windows[x].x};
    end = {windows[y - 1].y, windows[x - 1].y, windows[x + (1 << p.queryShift[1]) - 1].y};
  }
};

// The same beside a ring of key tiles.
template <typename Shape>
struct StreamWindows : TileWindows<Shape> {
  Reach* reach;    // [WARPS][3] in shared memory
  int4* contents;  // [STAGES] in shared memory: where keys lie, or how many are left

  __device__ __forceinline__ explicit StreamWindows(char* shared)
      : TileWindows<Shape>(shared),
        reach(reinterpret_cast<Reach*>(shared + Shape::REACH_AT)),
        contents(reinterpret_cast<int4*>(shared + Shape::CONTENTS_AT)) {}

  // What the queries of this warp reach; nothing, if it has none.
  __device__ __forceinline__ void find_reach(const ForwardParameter& p, const BlockPlace& block) {
    const int warp = threadIdx.x / WARP, firstQuery = warp * Shape::WARP_QUERIES;
    const Places first = places_of(firstQuery, p.queryShift);
    const Places last = places_of(firstQuery + Shape::WARP_QUERIES - 1, p.queryShift);
    const bool live = block.holds(block.query(p, firstQuery));
    const auto find = [&](int axis, int a, int b) {
      const int2* const windows = this->windows + this->begin(p, axis);
      const int2 from = windows[a], to = windows[b];
      if (threadIdx.x % WARP == 0) {
        reach[warp * 3 + axis] = live ? make_int4(from.x, to.y, to.x, from.y)  //
                                      : make_int4(INT_MAX, INT_MIN, INT_MAX, INT_MIN);
      }
    };
    find(0, first.z, last.z);
    find(1, first.y, last.y);
    find(2, first.x, last.x);
  }
};

// Which lines of a tile one lane sees: bit n is line n. [block][half][column]
template <typename Shape>
struct KeyMask {
  unsigned bits[Shape::BLOCKS][2][2];

  __device__ __forceinline__ void fill(unsigned all) {
#pragma unroll
    for (int i = 0; i < Shape::BLOCKS * 4; i++) bits[i / 4][i / 2 % 2][i % 2] = all;
  }

  // Bits [from, end) of `limit` units of 2^shift bits.
  __device__ static __forceinline__ unsigned interval(int from, int end, int limit, int shift) {
    return (1u << (min(max(end, 0), limit) << shift)) - (1u << (min(max(from, 0), limit) << shift));
  }

  // By the windows of this lane's queries.
  __device__ __forceinline__ void see(const ForwardParameter& p, const TileWindows<Shape>& tile,
                                      const Places& key) {
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    const int line = p.keyShift[1] - 3, lines = 1 << line;  // log2 of, and lines of one y
    const int yShift = p.keyShift[0];
#pragma unroll
    for (int i = 0; i < Shape::BLOCKS * 2; i++) {
      const int query = warp * Shape::WARP_QUERIES + i * 8 + lane / 4;
      const Places at = places_of(query, p.queryShift);
      const int2 z = tile.windows[at.z];
      const int2 y = tile.windows[tile.begin(p, 1) + at.y];
      const int2 x = tile.windows[tile.begin(p, 2) + at.x];
      unsigned seen =
          interval(z.x - key.z, z.y - key.z, Shape::LINES >> (line + yShift), line + yShift);
      seen &= interval(y.x - key.y, y.y - key.y, 1 << yShift, line) * p.keyPatterns[0];
#pragma unroll
      for (int column = 0; column < 2; column++) {
        const int first = key.x + 2 * (lane % 4) + column;
        bits[i / 2][i % 2][column] =
            seen & interval(ceil_shift(x.x - first, 3), ceil_shift(x.y - first, 3), lines, 0) *
                       p.keyPatterns[1];
      }
    }
  }

  // The first `count` keys, whatever the query.
  __device__ __forceinline__ void see_first(int count) {
    const int lane = threadIdx.x % WARP;
#pragma unroll
    for (int column = 0; column < 2; column++) {
      const unsigned seen = interval(0, ceil_shift(count - 2 * (lane % 4) - column, 3), 8, 0);
#pragma unroll
      for (int i = 0; i < Shape::BLOCKS * 2; i++) bits[i / 2][i % 2][column] = seen;
    }
  }
};

}  // namespace sparkhood
