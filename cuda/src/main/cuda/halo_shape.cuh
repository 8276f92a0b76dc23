// What is fixed when an entry point is compiled that keeps all keys of its queries in shared
// memory, and where things lie there.
//
//   dynamic shared memory     queries[QUERIES][DIM]     later the rows of the output
//                             windows[QUERIES + 2]      first place and end, axis after axis
//                             tokens[QUERIES]           of the queries, or -1
//                             keys[haloRows][DIM]       haloRows comes with the launch
//                             values[haloRows][DIM]
//                             tokens[haloRows]          of the keys
//                             steps[][THREADS]          see halo_steps.cuh; how many depends on the
//                                                       windows
//
// Chunks of rows are swizzled as in tile_shape.cuh: eight neighbours on a line of the map, wherever
// they begin, fall into different banks.
// Twin of: EntryPointShape.java (the numbers, the bytes of shared memory), TileBoxes.java
// (haloRows, haloSteps).
#pragma once
#include "tile_shape.cuh"

namespace sparkhood {

template <typename T, int DIM_ELEMENTS, int TILE_QUERIES, int STEP_KEYS, int BLOCK_WARPS>
struct HaloShape : RowShape<T, DIM_ELEMENTS, TILE_QUERIES, STEP_KEYS, BLOCK_WARPS> {
  using Rows = RowShape<T, DIM_ELEMENTS, TILE_QUERIES, STEP_KEYS, BLOCK_WARPS>;
  static constexpr bool QUERY_SHARED = false;
  static constexpr int KEYS_LOG2 = Rows::KEYS == 32 ? 5 : 4;
  static constexpr int QUERIES_AT = 0, WINDOWS_AT = Rows::QUERY_BYTES;
  static constexpr int TOKENS_AT = WINDOWS_AT + Rows::WINDOWS_BYTES;
  static constexpr int KEYS_AT = (TOKENS_AT + Rows::QUERIES * 4 + 127) / 128 * 128;

  static_assert(1 << KEYS_LOG2 == Rows::KEYS);
  static_assert(Rows::SIXTEEN_BITS, "the products are those of tensor cores");
  static_assert(Rows::BLOCKS == 1, "a warp has one block of 16 queries");
  static_assert(Rows::KEYS <= 32, "rows and sight of a step are packed into two words of a lane");
  static_assert(KEYS_AT % Rows::ROW_BYTES == 0, "steps along the dim are XORed into addresses");
};

}  // namespace sparkhood
