// Outputs of the 16 queries of a warp, and the softmax by which they are weighed.
//
//   weight = 2^(exponent + shift)
//   sum    = of all weights, o = of all values times their weights
//
// Relative to 0, shift = 0, weights need no maximum: nothing is searched, exchanged between lanes
// or brought to a new maximum. That is as good while a row's sum lies within limits that are far
// from those of the weights' type. Where the sum of one of the warp's rows does not, all steps of
// the warp are done again, relative to the maximum so far, as in softmax.cuh. A halo lies still, so
// nothing is copied again; with additional tokens, which come over it, weights are relative to the
// maximum from the start.
//
// The least sum grows with the keys of the steps. Below 2^-14 numbers of float16 are 2^-24 apart; a
// weight is off by no more than one of 2^-14 may be, and the mean weight is no less than that.
#pragma once
#include "halo_shape.cuh"
#include "softmax.cuh"

namespace sparkhood {

template <typename T>
struct SumLimits;

template <>
struct SumLimits<__half> {
  static constexpr float LEAST = 0x1p-14f, MOST = 0x1p15f;
};

template <>
struct SumLimits<__nv_bfloat16> {
  static constexpr float LEAST = 0x1p-60f, MOST = 0x1p60f;
};

template <typename Shape>
struct HaloSoftmax {
  float o[1][Shape::DIM / 8][4];
  Softmax<Shape> state;  // while it is shifted, the sums of this lane
  float shift[2];        // of the exponents, for each query of the lane
  bool shifted;

  __device__ __forceinline__ void start(bool shifted) {
    this->shifted = shifted;
#pragma unroll
    for (int i = 0; i < Shape::DIM / 2; i++) o[0][i / 4][i % 4] = 0;
#pragma unroll
    for (int half = 0; half < 2; half++) {
      state.maximum[0][half] = shifted ? -INFINITY : 0.f;
      state.sum[0][half] = 0;
      shift[half] = 0;
    }
  }

  // Turns the scores of a step into weights.
  template <bool BIAS>
  __device__ __forceinline__ void weigh(float (&s)[1][Shape::LINES][4], float factor) {
    if (shifted) raise<BIAS>(s, factor);
#pragma unroll
    for (int i = 0; i < Shape::LINES * 4; i++) {
      const int half = i % 4 / 2;
      float& score = s[0][i / 4][i % 4];
      score = exp2_approximate(BIAS ? score : fmaf(score, factor, shift[half]));
      state.sum[0][half] += score;
    }
  }

  // Shifts by the new maximum, and brings to it what was summed before. Exponents are shifted at
  // once, scores when they become exponents.
  template <bool BIAS>
  __device__ __forceinline__ void raise(float (&s)[1][Shape::LINES][4], float factor) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
      float largest = s[0][0][half * 2];
#pragma unroll
      for (int line = 0; line < Shape::LINES; line++) {
        largest = fmaxf(largest, fmaxf(s[0][line][half * 2], s[0][line][half * 2 + 1]));
      }
      largest = fmaxf(largest, from_lane_xor(largest, 1));
      largest = fmaxf(largest, from_lane_xor(largest, 2));
      float& maximum = state.maximum[0][half];
      const float before = maximum;
      maximum = fmaxf(before, BIAS ? largest : largest * factor);
      shift[half] = maximum == -INFINITY ? 0.f : -maximum;
      if (BIAS) {
#pragma unroll
        for (int line = 0; line < Shape::LINES; line++) {
          s[0][line][half * 2] += shift[half];
          s[0][line][half * 2 + 1] += shift[half];
        }
      }
      const float shrink = exp2_approximate(before + shift[half]);
      state.sum[0][half] *= shrink;
#pragma unroll
      for (int dim = 0; dim < Shape::DIM / 8; dim++) {
        o[0][dim][half * 2] *= shrink;
        o[0][dim][half * 2 + 1] *= shrink;
      }
    }
  }

  // The sums of lanes become those of rows.
  __device__ __forceinline__ void unite() {
#pragma unroll
    for (int half = 0; half < 2; half++) {
      state.sum[0][half] += from_lane_xor(state.sum[0][half], 1);
      state.sum[0][half] += from_lane_xor(state.sum[0][half], 2);
    }
  }

  // After so many steps, the last: false where weights relative to 0 were not good, and all begins
  // again.
  __device__ __forceinline__ bool good(int steps) {
    if (shifted) return true;
    unite();
    using Limits = SumLimits<typename Shape::Element>;
    const float least = static_cast<float>(steps) * Shape::KEYS * Limits::LEAST;
    bool within = true;
#pragma unroll
    for (int half = 0; half < 2; half++) {  // NaN is not
      const float sum = state.sum[0][half];
      within = within && sum >= least && sum <= Limits::MOST;
    }
    if (__all_sync(ALL_LANES, within)) return true;
    start(true);
    return false;
  }
};

}  // namespace sparkhood
