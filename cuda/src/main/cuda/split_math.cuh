// The two products of attention for one warp in float32, on tensor cores.
//
// Their factors have 11 significant bits, so each of ours becomes two of them, and a product three:
//
//   x = high + low       high: x rounded to 11 bits       low: what remains, cut to 11 bits
//   a b = low high + high low + high high                 but for low low, 2^-22 of it
//
// The order of additions inside an instruction, their rounding, and what becomes of subnormal
// factors are up to the device. Devices cut sums off, always towards 0; over thousands of keys that
// would show. So never more than two steps of large products are added there, small ones first, to
// sums that start at 0; these are then added with rounding to the nearest.
//
//   scores   S[16 queries][KEYS] = Q K^T   A: queries, B: keys, both as ldmatrix deals out rows of
//                                          32-bit words: lane = 4 * r + c has word c of row r
//   blend    O[16 queries][DIM] += P V     A: weights, where the scores left them: k = c is key 2c,
//                                          k = c + 4 is key 2c + 1 of a line
//                                          B: values, four dims of a key at once: column n of tile
//                                          4i + j is dim 32i + 4n + j, see tile_output.cuh
//
// Not finite: of infinity, and of what high rounds to it, low is NaN or the opposite infinity, and
// every sum that it enters is NaN. So a row whose output is finite was computed from finite parts,
// and all others are computed again, see exact_row.cuh.
// Tiny: where subnormal parts are flushed, an element is wrong by 2^-126 at most.
// Huge: a product within 2^-10 of the largest number may become infinite.
#pragma once
#include "tile_shape.cuh"

namespace sparkhood {

// Both parts of the registers of a fragment.
template <int REGISTERS>
struct SplitFragment {
  uint32_t high[REGISTERS], low[REGISTERS];

  // Bits of float32. The conversion of the instruction set would ask first whether it is finite.
  __device__ __forceinline__ void split(int i, uint32_t bits) {
    high[i] = (bits + 0x1000) & 0xffffe000;
    low[i] = __float_as_uint(__uint_as_float(bits) - __uint_as_float(high[i])) & 0xffffe000;
  }
};

template <typename Shape>
struct SplitMath {
  static constexpr int BLOCKS = Shape::BLOCKS, LINES = Shape::LINES;
  static constexpr int BLOCK_BYTES = 16 * Shape::ROW_BYTES;
  static constexpr int TOGETHER = LINES > 1 ? 2 : 1;  // lines whose weighted values are one sum
  static_assert(Shape::QUERY_SHARED);
  static_assert(LINES % TOGETHER == 0 && Shape::DIM % 32 == 0);

  uint32_t queryTile;

  // The tile's queries are in shared memory; if `flip` is not 0 they are negated there, each warp's
  // by itself.
  __device__ __forceinline__ void start(uint32_t tile, uint32_t flip) {
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    tile += warp * BLOCKS * BLOCK_BYTES;
    queryTile = tile + Shape::at(lane % 16, lane / 16);
    if (flip == 0) return;
#pragma unroll 1
    for (uint32_t at = lane * 16; at < BLOCKS * BLOCK_BYTES; at += WARP * 16) {
      uint32_t words[4];
      load16(words, tile + at);
#pragma unroll
      for (int i = 0; i < 4; i++) words[i] ^= 0x80000000u;
      store16(tile + at, words);
    }
    __syncwarp();
  }

  // sums[BLOCKS][16][8] += a[BLOCKS][16][8 STEPS] * b[8 STEPS][8]
  template <int STEPS>
  __device__ static __forceinline__ void add_products(float (&sums)[BLOCKS][4],
                                                      const SplitFragment<4> (&a)[BLOCKS][STEPS],
                                                      const SplitFragment<2> (&b)[STEPS]) {
    float t[BLOCKS][4];
#pragma unroll
    for (int i = 0; i < BLOCKS * 4; i++) t[i / 4][i % 4] = 0;
#pragma unroll
    for (int step = 0; step < STEPS; step++) {
#pragma unroll
      for (int m = 0; m < BLOCKS; m++)
        multiply_add<float>(t[m], a[m][step].low, b[step].high[0], b[step].high[1]);
#pragma unroll
      for (int m = 0; m < BLOCKS; m++)
        multiply_add<float>(t[m], a[m][step].high, b[step].low[0], b[step].low[1]);
    }
#pragma unroll
    for (int step = 0; step < STEPS; step++)
#pragma unroll
      for (int m = 0; m < BLOCKS; m++)
        multiply_add<float>(t[m], a[m][step].high, b[step].high[0], b[step].high[1]);
#pragma unroll
    for (int i = 0; i < BLOCKS * 4; i++) sums[i / 4][i % 4] += t[i / 4][i % 4];
  }

  __device__ __forceinline__ void scores(float (&s)[BLOCKS][LINES][4], uint32_t keys) const {
    const int lane = threadIdx.x % WARP;
    keys += Shape::at(lane % 8, lane / 8);
    float sums[LINES][BLOCKS][4];
#pragma unroll
    for (int i = 0; i < LINES * BLOCKS * 4; i++) sums[i / (BLOCKS * 4)][i / 4 % BLOCKS][i % 4] = 0;
#pragma unroll 2
    for (int part = 0; part < Shape::DIM / 16; part++) {  // of 4 chunks: two steps of 8 dims
      SplitFragment<4> a[BLOCKS][2];
#pragma unroll
      for (int i = 0; i < BLOCKS * 2; i++) {
        uint32_t words[4];
        load_matrices(words, (queryTile ^ (part << 6 | i % 2 << 5)) + i / 2 * BLOCK_BYTES);
#pragma unroll
        for (int word = 0; word < 4; word++) a[i / 2][i % 2].split(word, words[word]);
      }
#pragma unroll
      for (int line = 0; line < LINES; line++) {
        uint32_t words[4];
        load_matrices(words, (keys ^ part << 6) + line * 8 * Shape::ROW_BYTES);
        SplitFragment<2> b[2];
#pragma unroll
        for (int word = 0; word < 4; word++) b[word / 2].split(word % 2, words[word]);
        add_products(sums[line], a, b);
      }
    }
#pragma unroll
    for (int i = 0; i < BLOCKS * LINES * 4; i++) {
      s[i / (LINES * 4)][i / 4 % LINES][i % 4] = sums[i / 4 % LINES][i / (LINES * 4)][i % 4];
    }
  }

  __device__ __forceinline__ void blend(float (&o)[BLOCKS][Shape::DIM / 8][4],
                                        const float (&p)[BLOCKS][LINES][4], uint32_t values) const {
    const int lane = threadIdx.x % WARP;
    const uint32_t even = values + Shape::at(lane % 4 * 2, lane / 4);
    const uint32_t odd = (even ^ 16) + Shape::ROW_BYTES;  // its chunk is swizzled by one more
#pragma unroll
    for (int line = 0; line < LINES; line += TOGETHER) {
      SplitFragment<4> a[BLOCKS][TOGETHER];
#pragma unroll
      for (int i = 0; i < BLOCKS * TOGETHER * 4; i++) {
        // registers of A are rows r, r + 8, r, r + 8; of the sums two columns of r, then of r + 8
        a[i / (TOGETHER * 4)][i / 4 % TOGETHER].split(
            i % 4, __float_as_uint(p[i / (TOGETHER * 4)][line + i / 4 % TOGETHER]
                                    [i % 2 * 2 + i % 4 / 2]));
      }
#pragma unroll
      for (int dims = 0; dims < Shape::DIM / 32; dims++) {
        uint32_t words[TOGETHER][2][4];
#pragma unroll
        for (int i = 0; i < TOGETHER; i++) {
          const int at = (line + i) * 8 * Shape::ROW_BYTES + dims * 128;
          load16(words[i][0], even + at);
          load16(words[i][1], odd + at);
        }
#pragma unroll
        for (int j = 0; j < 4; j++) {
          SplitFragment<2> b[TOGETHER];
#pragma unroll
          for (int i = 0; i < TOGETHER * 2; i++) b[i / 2].split(i % 2, words[i / 2][i % 2][j]);
          float sums[BLOCKS][4];
#pragma unroll
          for (int i = 0; i < BLOCKS * 4; i++) sums[i / 4][i % 4] = o[i / 4][dims * 4 + j][i % 4];
          add_products(sums, a, b);
#pragma unroll
          for (int i = 0; i < BLOCKS * 4; i++) o[i / 4][dims * 4 + j][i % 4] = sums[i / 4][i % 4];
        }
      }
    }
  }
};

}  // namespace sparkhood
