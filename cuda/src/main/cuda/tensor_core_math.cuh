// The two products of attention for one warp, on tensor cores: 16-bit factors, float32 sums.
//
//   scores   S[16 queries][KEYS] = Q K^T        A: queries, B: rows of keys, read as they lie
//   blend    O[16 queries][DIM] += P V          A: weights, rounded; B: values, transposed
//
// The lane's four sums of line n are queries r and r + 8 (r = lane / 4) against keys 8n + 2c and 8n
// + 2c + 1 (c = lane % 4); they are also the A fragment of the second product, so that weights
// never leave their registers. A chunk of a row is 8 elements; the swizzle turns every step along
// the dim into an XOR with a constant.
#pragma once
#include "tile_shape.cuh"

namespace sparkhood {

template <typename Shape>
struct TensorCoreMath {
  using T = typename Shape::Element;
  static constexpr int STEPS = Shape::DIM / 16, BLOCKS = Shape::BLOCKS, LINES = Shape::LINES;
  static constexpr int BLOCK_BYTES = 16 * Shape::ROW_BYTES;
  static constexpr bool SHARED = Shape::QUERY_SHARED;

  uint32_t queries[SHARED ? 1 : BLOCKS][SHARED ? 1 : STEPS][4];
  uint32_t queryTile, flip;

  // The tile's queries are in shared memory; `flip` is XORed into every pair of them.
  __device__ __forceinline__ void start(uint32_t tile, uint32_t flip) {
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    queryTile = tile + warp * BLOCKS * BLOCK_BYTES + Shape::at(lane % 16, lane / 16);
    this->flip = flip;
    if constexpr (!SHARED) {
#pragma unroll
      for (int m = 0; m < BLOCKS; m++)
#pragma unroll
        for (int step = 0; step < STEPS; step++) read_queries(queries[m][step], m, step);
    }
  }

  __device__ __forceinline__ void read_queries(uint32_t (&to)[4], int m, int step) const {
    load_matrices(to, (queryTile ^ (step << 5)) + m * BLOCK_BYTES);
#pragma unroll
    for (int i = 0; i < 4; i++) to[i] ^= flip;
  }

  __device__ __forceinline__ void scores(float (&s)[BLOCKS][LINES][4], uint32_t keys) const {
    const int lane = threadIdx.x % WARP;
    keys += Shape::at(lane % 8 + (lane & 16) / 2, lane / 8 % 2);
#pragma unroll
    for (int i = 0; i < BLOCKS * LINES * 4; i++) s[i / (LINES * 4)][i / 4 % LINES][i % 4] = 0;
#pragma unroll
    for (int step = 0; step < STEPS; step++) {
      uint32_t a[BLOCKS][4];
#pragma unroll
      for (int m = 0; m < BLOCKS; m++) {
        if constexpr (SHARED) {
          read_queries(a[m], m, step);
        } else {
#pragma unroll
          for (int i = 0; i < 4; i++) a[m][i] = queries[m][step][i];
        }
      }
#pragma unroll
      for (int line = 0; line < LINES; line += 2) {
        uint32_t b[4];
        load_matrices(b, (keys ^ (step << 5)) + line * 8 * Shape::ROW_BYTES);
#pragma unroll
        for (int m = 0; m < BLOCKS; m++) {
          multiply_add<T>(s[m][line], a[m], b[0], b[1]);
          multiply_add<T>(s[m][line + 1], a[m], b[2], b[3]);
        }
      }
    }
  }

  __device__ __forceinline__ void blend(float (&o)[BLOCKS][Shape::DIM / 8][4],
                                        const float (&p)[BLOCKS][LINES][4], uint32_t values) const {
    const int lane = threadIdx.x % WARP;
    values += Shape::at(lane % 16, lane / 16);
#pragma unroll
    for (int line = 0; line < LINES; line += 2) {
      uint32_t a[BLOCKS][4];
#pragma unroll
      for (int m = 0; m < BLOCKS; m++) {
        a[m][0] = pack<T>(p[m][line][0], p[m][line][1]);
        a[m][1] = pack<T>(p[m][line][2], p[m][line][3]);
        a[m][2] = pack<T>(p[m][line + 1][0], p[m][line + 1][1]);
        a[m][3] = pack<T>(p[m][line + 1][2], p[m][line + 1][3]);
      }
#pragma unroll
      for (int dim = 0; dim < Shape::DIM / 8; dim += 2) {
        uint32_t b[4];
        load_matrices_transposed(b, (values ^ (dim << 4)) + line * 8 * Shape::ROW_BYTES);
#pragma unroll
        for (int m = 0; m < BLOCKS; m++) {
          multiply_add<T>(o[m][dim], a[m], b[0], b[1]);
          multiply_add<T>(o[m][dim + 1], a[m], b[2], b[3]);
        }
      }
    }
  }
};

}  // namespace sparkhood
