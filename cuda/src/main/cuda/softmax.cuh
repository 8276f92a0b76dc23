// From scores to weights, in registers: mask, bias, and the running softmax of the queries of a
// warp.
//
//   exponent = factor * score (+ log2(e) * bias), or -infinity where the key is not seen
//   maximum  = of all exponents so far
//   weight   = 2^(exponent - maximum)
//   sum      = of all weights so far
//
// Where the maximum grows, what was summed before shrinks by 2^(old - new). While it is -infinity,
// 0 takes its place, so that weights are 2^-infinity = 0. NaN never becomes a maximum, but it
// becomes a weight, and so the sum. The sum of a query is spread over the four lanes that share its
// row.
#pragma once
#include "elements.cuh"
#include "tile_windows.cuh"

namespace sparkhood {

// Running softmax of the queries of a lane: [block][half].
template <typename Shape>
struct Softmax {
  float maximum[Shape::BLOCKS][2];  // of the exponents
  float sum[Shape::BLOCKS][2];      // of this lane's weights
};

// Turns scores into weights relative to the new maximum, and brings the output to it.
template <typename Shape, bool BIAS>
__device__ __forceinline__ void soften(float (&s)[Shape::BLOCKS][Shape::LINES][4],
                                       float (&o)[Shape::BLOCKS][Shape::DIM / 8][4],
                                       Softmax<Shape>& softmax, float factor) {
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * 2; i++) {
    const int m = i / 2, half = i % 2 * 2;
    float largest = s[m][0][half];
#pragma unroll
    for (int line = 0; line < Shape::LINES; line++) {
      largest = fmaxf(largest, fmaxf(s[m][line][half], s[m][line][half + 1]));
    }
    largest = fmaxf(largest, from_lane_xor(largest, 1));
    largest = fmaxf(largest, from_lane_xor(largest, 2));
    float& maximum = softmax.maximum[m][i % 2];
    const float before = maximum;
    maximum = fmaxf(before, BIAS ? largest : largest * factor);
    const float zero = maximum == -INFINITY ? 0.f : maximum;
    const float shrink = exp2_approximate(before - zero);
    float sum = 0;
#pragma unroll
    for (int line = 0; line < Shape::LINES; line++) {
#pragma unroll
      for (int column = 0; column < 2; column++) {
        float& score = s[m][line][half + column];
        score = exp2_approximate(BIAS ? score - zero : fmaf(score, factor, -zero));
        sum += score;
      }
    }
    softmax.sum[m][i % 2] = fmaf(softmax.sum[m][i % 2], shrink, sum);
#pragma unroll
    for (int dim = 0; dim < Shape::DIM / 8; dim++) {
      o[m][dim][half] *= shrink;
      o[m][dim][half + 1] *= shrink;
    }
  }
}

// Masked scores become -infinity.
template <typename Shape>
__device__ __forceinline__ void hide(float (&s)[Shape::BLOCKS][Shape::LINES][4],
                                     const KeyMask<Shape>& mask) {
#pragma unroll
  for (int m = 0; m < Shape::BLOCKS; m++)
#pragma unroll
    for (int line = 0; line < Shape::LINES; line++)
#pragma unroll
      for (int i = 0; i < 4; i++) {
        if (!(mask.bits[m][i / 2][i % 2] >> line & 1)) s[m][line][i] = -INFINITY;
      }
}

// Scores become exponents, biased by the distance from query to key; masked ones are not looked up
// and become -infinity.
template <typename Shape>
__device__ __forceinline__ void add_bias(float (&s)[Shape::BLOCKS][Shape::LINES][4],
                                         const KeyMask<Shape>& mask, const ForwardParameter& p,
                                         const BlockPlace& block, const Places& key) {
  const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
  const float* const table = p.bias + static_cast<long long>(blockIdx.y) * p.biasWidth[0] *
                                          p.biasWidth[1] * p.biasWidth[2];
  const auto index = [&](int z, int y, int x) {
    return (z * p.biasWidth[1] + y) * p.biasWidth[2] + x;
  };
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * 2; i++) {
    const Places q = block.query(p, warp * Shape::WARP_QUERIES + i * 8 + lane / 4);
    const int row =
        index(key.z + p.biasWidth[0] / 2 - min(q.z, block.length.z - 1),
              key.y + p.biasWidth[1] / 2 - min(q.y, block.length.y - 1),
              key.x + p.biasWidth[2] / 2 - min(q.x, block.length.x - 1) + 2 * (lane % 4));
#pragma unroll
    for (int line = 0; line < Shape::LINES; line++) {
      const Places at = places_of(line * 8, p.keyShift);
      const float* const from = table + row + index(at.z, at.y, at.x);
#pragma unroll
      for (int column = 0; column < 2; column++) {
        float& score = s[i / 2][line][i % 2 * 2 + column];
        const bool seen = mask.bits[i / 2][i % 2][column] >> line & 1;
        score = seen ? fmaf(score, p.factor, __ldg(from + column) * LOG2_E) : -INFINITY;
      }
    }
  }
}

// Exponents of scores without bias.
template <typename Shape>
__device__ __forceinline__ void scale(float (&s)[Shape::BLOCKS][Shape::LINES][4], float factor) {
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * Shape::LINES * 4; i++) {
    s[i / (Shape::LINES * 4)][i / 4 % Shape::LINES][i % 4] *= factor;
  }
}

}  // namespace sparkhood
