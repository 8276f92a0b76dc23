// What is fixed when an entry point is compiled, and where things lie in the shared memory of one
// that streams its keys.
//
//   dynamic shared memory     ring[STAGES] of { keys[KEYS][DIM], values[KEYS][DIM] }
//                             queries[QUERIES][DIM]     (only where they do not stay in registers)
//                             windows[QUERIES + 2]      first place and end, axis after axis
//                             reach[WARPS][3]           see Reach
//                             contents[STAGES]          which keys a stage holds
//
// Rows of a tile are split into chunks of 16 bytes, and chunk c of row r lies where chunk c ^ (r %
// 8) would lie: eight rows of one chunk, and eight chunks of one row, fall into different banks.
// Twin of: EntryPointShape.java (the numbers, the bytes of shared memory).
#pragma once
#include "primitives.cuh"

namespace sparkhood {

// The part that does not depend on how keys come.
template <typename T, int DIM_ELEMENTS, int TILE_QUERIES, int TILE_KEYS, int BLOCK_WARPS>
struct RowShape {
  using Element = T;
  static constexpr int DIM = DIM_ELEMENTS, QUERIES = TILE_QUERIES, KEYS = TILE_KEYS;
  static constexpr bool SIXTEEN_BITS = sizeof(T) == 2;

  static constexpr int WARPS = BLOCK_WARPS, THREADS = WARPS * WARP;
  static constexpr int BLOCKS = QUERIES / (16 * WARPS);  // of 16 queries, per warp
  static constexpr int WARP_QUERIES = 16 * BLOCKS;
  static constexpr int LINES = KEYS / 8;  // of 8 keys, per tile
  static constexpr int ROW_BYTES = DIM * sizeof(T);
  static constexpr int CHUNK = 16 / sizeof(T);  // elements
  static constexpr int CHUNKS = DIM / CHUNK;    // of a row
  static constexpr int QUERY_BYTES = QUERIES * ROW_BYTES;
  static constexpr int WINDOWS_BYTES = (QUERIES + 2) * 8;

  static_assert(BLOCKS * 16 * WARPS == QUERIES && BLOCKS >= 1);
  static_assert(KEYS % 8 == 0 && LINES >= 1 && LINES <= 8, "a line is a bit of an 8-bit mask");
  static_assert(!SIXTEEN_BITS || KEYS % 16 == 0, "the k of an mma");
  static_assert(DIM % 32 == 0 && ROW_BYTES % 64 == 0 && ROW_BYTES <= 1024);

  // Byte at which a chunk of a row lies in its tile.
  __device__ static __forceinline__ uint32_t at(int row, int chunk) {
    if (ROW_BYTES == 64) return row * 64 + ((chunk ^ ((row >> 1) & 3)) << 4);
    return row * ROW_BYTES + ((chunk ^ (row & 7)) << 4);
  }
};

template <typename T, int DIM_ELEMENTS, int TILE_QUERIES, int TILE_KEYS, int RING_STAGES,
          bool SHARED_QUERIES>
struct TileShape : RowShape<T, DIM_ELEMENTS, TILE_QUERIES, TILE_KEYS, 4> {
  using Rows = RowShape<T, DIM_ELEMENTS, TILE_QUERIES, TILE_KEYS, 4>;
  static constexpr int STAGES = RING_STAGES;
  static constexpr bool QUERY_SHARED = SHARED_QUERIES;

  static constexpr int KEY_BYTES = Rows::KEYS * Rows::ROW_BYTES, STAGE_BYTES = 2 * KEY_BYTES;
  static constexpr int RING_BYTES = STAGES * STAGE_BYTES;
  static constexpr int WINDOWS_AT = RING_BYTES + (QUERY_SHARED ? Rows::QUERY_BYTES : 0);
  static constexpr int REACH_AT = WINDOWS_AT + Rows::WINDOWS_BYTES;
  static constexpr int CONTENTS_AT = REACH_AT + Rows::WARPS * 3 * 16;
  static constexpr int SHARED_BYTES = CONTENTS_AT + STAGES * 16;
  // queries that go to registers pass through the last stage, which is the last to be filled with
  // keys
  static constexpr int QUERIES_AT = QUERY_SHARED ? RING_BYTES : (STAGES - 1) * STAGE_BYTES;

  static_assert(STAGES >= 2, "one stage is filled while another is read");
  static_assert(QUERY_SHARED || Rows::QUERY_BYTES <= STAGE_BYTES);
  static_assert(Rows::QUERY_BYTES <= WINDOWS_AT, "the output is staged over the ring");
  static_assert(REACH_AT % 16 == 0);
  static_assert(SHARED_BYTES <= 99 * 1024,
                "what a block may have on compute capability 8.6 and 8.9");
};

}  // namespace sparkhood
