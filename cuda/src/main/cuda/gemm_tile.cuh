// Tiles of the implicit matrix products of scores and of aggregate: 64 queries of one dilation
// group, a box of the token grid, against 64 keys, a box of the union of what these queries see.
//
// A row of a tile is 128 bytes of a token, whatever the head dim: longer ones are products of
// several chunks. A row is 8 parts of 16 bytes; part c of row r lies where part c ^ (r % 8) would
// lie, so that eight rows of one part fall into different banks.
//
// The innermost extent of a box of keys is a multiple of 8, so that line n of a tile, keys 8n ...
// 8n + 7, lies on one line of the map. Twin of: GemmBoxes.java.
#pragma once
#include "elements.cuh"
#include "unfused_parameter.cuh"

namespace sparkhood {

constexpr int TILE = 64, LINES = TILE / 8, ROW_BYTES = 128, TILE_BYTES = TILE * ROW_BYTES;

// Elements of a row of a tile.
template <typename T>
constexpr int CHUNK_DIMS = ROW_BYTES / sizeof(T);

// Byte at which a part of a row lies in its tile.
__device__ __forceinline__ uint32_t tile_at(int row, int part) {
  return row * ROW_BYTES + ((part ^ (row & 7)) << 4);
}

// Place of an index in a box.
__device__ __forceinline__ int3 in_box(int index, const int (&shift)[2]) {
  const int y = index >> shift[1];
  return make_int3(index & ((1 << shift[1]) - 1), y & ((1 << shift[0]) - 1), y >> shift[0]);
}

// Where the query tile of a block lies, and what it sees. Windows are monotone in the query: the
// first and the last one of a tile say what the union is.
struct GemmPlace {
  int3 first, group, length;  // places: of the tile, of its dilation group
  int3 from, end;             // of the keys
  int3 tilesOfKeys;           // on each axis
  int windowTiles, tiles;     // the last ones are of additional keys

  __device__ __forceinline__ GemmPlace(const UnfusedParameter& p, int block) {
    const int x = 1 << p.queryShift[1], y = 1 << p.queryShift[0];
    first.x = block % p.queryTiles[2] * x;
    block /= p.queryTiles[2];
    first.y = block % p.queryTiles[1] * y;
    block /= p.queryTiles[1];
    first.z = block % p.queryTiles[0] * (TILE / x / y);
    block /= p.queryTiles[0];
    group.x = block % p.dilation[2];
    block /= p.dilation[2];
    group.y = block % p.dilation[1];
    group.z = block / p.dilation[1];
    length.x = (p.extent[2] - group.x + p.dilation[2] - 1) / p.dilation[2];
    length.y = (p.extent[1] - group.y + p.dilation[1] - 1) / p.dilation[1];
    length.z = (p.extent[0] - group.z + p.dilation[0] - 1) / p.dilation[0];
    if (empty()) return;
    int3 last, none;
    windows(p, first, from, none);
    last = make_int3(first.x + x - 1, first.y + y - 1, first.z + TILE / x / y - 1);
    windows(p, last, none, end);
    const int keyX = 1 << p.keyShift[1], keyY = 1 << p.keyShift[0], keyZ = TILE / keyX / keyY;
    tilesOfKeys = make_int3((end.x - from.x + keyX - 1) / keyX, (end.y - from.y + keyY - 1) / keyY,
                            (end.z - from.z + keyZ - 1) / keyZ);
    windowTiles = tilesOfKeys.x * tilesOfKeys.y * tilesOfKeys.z;
    tiles = windowTiles + (p.additionalTokens + TILE - 1) / TILE;
  }

  // Groups are uneven: the shorter ones may have no such tile.
  __device__ __forceinline__ bool empty() const {
    return first.x >= length.x || first.y >= length.y || first.z >= length.z;
  }

  // The window of a place; beyond the group, of its last one.
  __device__ __forceinline__ void windows(const UnfusedParameter& p, const int3& at, int3& start,
                                          int3& stop) const {
    const int z = min(at.z, length.z - 1) * p.dilation[0] + group.z;
    const int y = min(at.y, length.y - 1) * p.dilation[1] + group.y + p.extent[0];
    const int x = min(at.x, length.x - 1) * p.dilation[2] + group.x + p.extent[0] + p.extent[1];
    const int2 ofZ = __ldg(p.windows + z), ofY = __ldg(p.windows + y), ofX = __ldg(p.windows + x);
    start = make_int3(ofX.x, ofY.x, ofZ.x);
    stop = make_int3(ofX.y, ofY.y, ofZ.y);
  }

  __device__ __forceinline__ int3 query(const UnfusedParameter& p, int index) const {
    const int3 at = in_box(index, p.queryShift);
    return make_int3(first.x + at.x, first.y + at.y, first.z + at.z);
  }

  __device__ __forceinline__ bool holds(const int3& at) const {
    return at.x < length.x && at.y < length.y && at.z < length.z;
  }

  __device__ __forceinline__ int token(const UnfusedParameter& p, const int3& at) const {
    const int z = at.z * p.dilation[0] + group.z, y = at.y * p.dilation[1] + group.y;
    return (z * p.extent[1] + y) * p.extent[2] + at.x * p.dilation[2] + group.x;
  }

  // First place of a tile of keys.
  __device__ __forceinline__ int3 keys(const UnfusedParameter& p, int number) const {
    const int line = number / tilesOfKeys.x, plane = line / tilesOfKeys.y;
    return make_int3(from.x + ((number - line * tilesOfKeys.x) << p.keyShift[1]),
                     from.y + ((line - plane * tilesOfKeys.y) << p.keyShift[0]),
                     from.z + plane * (TILE >> (p.keyShift[0] + p.keyShift[1])));
  }

  // The token of a row of a tile of keys, or -1 if there is none; counted among the additional ones
  // in their tiles.
  __device__ __forceinline__ int key_token(const UnfusedParameter& p, int number, int row) const {
    if (number >= windowTiles) {
      const int additional = (number - windowTiles) * TILE + row;
      return additional < p.additionalTokens ? additional : -1;
    }
    const int3 tile = keys(p, number), in = in_box(row, p.keyShift);
    const int3 at = make_int3(tile.x + in.x, tile.y + in.y, tile.z + in.z);
    return at.x < end.x && at.y < end.y && at.z < end.z ? token(p, at) : -1;
  }
};

// Elements [element + dim, element + dim + CHUNK_DIMS) of the tokens of a tile's rows, as far as
// there are `dims` of them, on their way to shared memory; what is not there becomes zero.
template <typename T, typename TokenOf>
__device__ __forceinline__ void copy_tile(uint32_t to, const Rows& rows, int element, int dim,
                                          int dims, const TokenOf& token_of) {
  constexpr int PART = 16 / sizeof(T);
  const int part = threadIdx.x % 8;
  const int bytes = min(max((dims - dim - part * PART) * (int)sizeof(T), 0), 16);
  const T* const source = elements_of<T>(rows, 0) + element + (bytes > 0 ? dim + part * PART : 0);
  const long long whole =
      reinterpret_cast<long long>(elements_of<T>(rows, 0) + element) | rows.tokenStride * sizeof(T);
#pragma unroll 1
  for (int row = threadIdx.x / 8; row < TILE; row += THREADS / 8) {
    const int token = token_of(row);
    const T* const from = source + max(token, 0) * rows.tokenStride;
    const int count = token < 0 ? 0 : bytes;
    if (whole % 16 == 0) {
      copy16_async(to + tile_at(row, part), from, count);
      continue;
    }
    using Bits = typename std::conditional<sizeof(T) == 2, unsigned short, unsigned>::type;
    uint32_t words[4] = {0, 0, 0, 0};
#pragma unroll
    for (int i = 0; i < PART; i++) {
      if (i * (int)sizeof(T) < count) {
        words[i * sizeof(T) / 4] |= static_cast<uint32_t>(reinterpret_cast<const Bits*>(from)[i])
                                    << (i * sizeof(T) % 4 * 8);
      }
    }
    store16(to + tile_at(row, part), words);
  }
}

// The first of the two queries of a lane, whose sums it holds; the other is 8 further.
__device__ __forceinline__ int row_of_lane() {
  return threadIdx.x / WARP * 16 + threadIdx.x % WARP / 4;
}

// What the query of a row of the tile sees.
struct QuerySight {
  int3 at, start, stop;  // places
  bool there;
  float* slots;

  __device__ __forceinline__ QuerySight(const UnfusedParameter& p, const GemmPlace& place,
                                        int index)
      : at(place.query(p, index)), there(place.holds(at)) {
    place.windows(p, at, start, stop);
    slots = slots_of(p, there ? place.token(p, at) : 0, blockIdx.y);
  }

  // Whether a slot of the grid has a key: on causal axes not all have.
  __device__ __forceinline__ bool has_key(const UnfusedParameter& p, int slot) const {
    const int line = slot / p.kernelSize[2], plane = line / p.kernelSize[1];
    return start.x + slot - line * p.kernelSize[2] < stop.x &&
           start.y + line - plane * p.kernelSize[1] < stop.y && start.z + plane < stop.z;
  }

  // Calls take(slot, line, column, key) for the keys of a tile that the query sees and that this
  // lane holds, 2c and 2c + 1 of every line; takeAdditional(slot, line, column) for additional keys.
  template <typename Take, typename TakeAdditional>
  __device__ __forceinline__ void for_each(const UnfusedParameter& p, const GemmPlace& place,
                                           int number, const Take& take,
                                           const TakeAdditional& takeAdditional) const {
    const int c = 2 * (threadIdx.x % 4);
    if (!there) return;
    if (number >= place.windowTiles) {
      const int slot = p.slotCount - p.additionalTokens + (number - place.windowTiles) * TILE + c;
#pragma unroll
      for (int i = 0; i < LINES * 2; i++) {
        if (slot + i / 2 * 8 + i % 2 < p.slotCount) {
          takeAdditional(slot + i / 2 * 8 + i % 2, i / 2, i % 2);
        }
      }
      return;
    }
    const int3 tile = place.keys(p, number);
#pragma unroll
    for (int line = 0; line < LINES; line++) {
      const int3 in = in_box(line * 8, p.keyShift);
      int3 key = make_int3(tile.x + in.x + c, tile.y + in.y, tile.z + in.z);
      if (key.y < start.y || key.y >= stop.y || key.z < start.z || key.z >= stop.z) continue;
      const int slot =
          ((key.z - start.z) * p.kernelSize[1] + key.y - start.y) * p.kernelSize[2] - start.x;
#pragma unroll
      for (int column = 0; column < 2; column++, key.x++) {
        if (key.x >= start.x && key.x < stop.x) take(slot + key.x, line, column, key);
      }
    }
  }
};

__device__ __forceinline__ float4 read4(uint32_t from) {
  float4 v;
  asm volatile("ld.shared.v4.f32 {%0,%1,%2,%3}, [%4];"
               : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w)
               : "r"(from)
               : "memory");
  return v;
}

}  // namespace sparkhood
