// Rows of the output that a number which is not finite has spoilt, computed again from what their
// query sees alone.
//
// The products take whole tiles: a key that a query does not see has weight 0, and 0 times NaN is
// NaN. That is found at the end, where the sum of the weights is a number and an output is not;
// masked scores never reach the sum. The row is then computed by its warp one key after the other,
// 32 dims at a time, with the maximum and the sum already known:
//
//   output[d] = sum over the keys seen of 2^(exponent - maximum) * value[d] / sum
//
// In float32, whose scores are products of parts (see split_math.cuh), neither is known if the sum
// is not a number: infinity minus infinity may have come of parts of what is -infinity, or large
// and finite. There every row whose output is not finite has its maximum and sum computed first.
//
// A value that the query does see spoils the row again, as it must. Costs nothing where all values
// are finite.
#pragma once
#include "elements.cuh"
#include "softmax.cuh"
#include "tile_loader.cuh"

namespace sparkhood {

template <typename Shape, bool BIAS>
struct ExactRow {
  using T = typename Shape::Element;
  static constexpr int PARTS = Shape::DIM / WARP;

  const ForwardParameter& p;
  const int batch;  // its row
  float query[PARTS], output[PARTS];  // dims lane, lane + 32, ...
  float maximum, inverse;
  float sum;  // in float32

  __device__ __forceinline__ float exponent(const HeadRows<T>& keys, int token, float bias) const {
    const int lane = threadIdx.x % WARP;
    float score = 0;
#pragma unroll
    for (int i = 0; i < PARTS; i++) {
      const int dim = i * WARP + lane;
      if (dim < p.headDim)
        score = fmaf(query[i], to_float(keys.data[token * keys.tokenStride + dim]), score);
    }
#pragma unroll
    for (int mask = WARP / 2; mask > 0; mask /= 2) score += from_lane_xor(score, mask);
    return fmaf(score, p.factor, bias);
  }

  __device__ __forceinline__ void weigh(const HeadRows<T>& keys, int token, float bias) {
    const float mine = exponent(keys, token, bias), before = maximum;
    maximum = fmaxf(before, mine);
    const float zero = maximum == -INFINITY ? 0.f : maximum;
    sum = fmaf(sum, exp2_approximate(before - zero), exp2_approximate(mine - zero));
  }

  __device__ __forceinline__ void take(const HeadRows<T>& keys, const HeadRows<T>& values,
                                       int token, float bias) {
    const int lane = threadIdx.x % WARP;
    const float weight = exp2_approximate(exponent(keys, token, bias) - maximum) * inverse;
#pragma unroll
    for (int i = 0; i < PARTS; i++) {
      const int dim = i * WARP + lane;
      if (dim < p.valueDim)
        output[i] =
            fmaf(weight, to_float(values.data[token * values.tokenStride + dim]), output[i]);
    }
  }

  // All that the query at an index of the tile sees; the whole warp takes part.
  __device__ __forceinline__ void compute(const BlockPlace& block, const TileWindows<Shape>& tile,
                                          int index) {
    const int lane = threadIdx.x % WARP, keyHead = blockIdx.y / p.headsPerKeyHead;
    const TokenSteps steps(p, block.group);
    const Places at = block.query(p, index), inTile = places_of(index, p.queryShift);
    const HeadRows<T> queries(p.query, batch, blockIdx.y, p.headDim, steps.first);
#pragma unroll
    for (int i = 0; i < PARTS; i++) {
      const int dim = i * WARP + lane;
      query[i] = dim < p.headDim
                     ? to_float(queries.data[steps.token(p, at) * queries.tokenStride + dim])
                     : 0.f;
      if (p.queryFlip) query[i] = -query[i];
      output[i] = 0;
    }
    if constexpr (!Shape::SIXTEEN_BITS) {
      maximum = -INFINITY;
      sum = 0;
      each_key(steps, at, tile, inTile, keyHead,
               [&](const HeadRows<T>& keys, const HeadRows<T>&, int token, float bias) {
                 weigh(keys, token, bias);
               });
      inverse = 1 / sum;
    }
    each_key(steps, at, tile, inTile, keyHead,
             [&](const HeadRows<T>& keys, const HeadRows<T>& values, int token, float bias) {
               take(keys, values, token, bias);
             });
  }

  // Calls with (keys, values, token, bias) of all that a query sees.
  template <typename Call>
  __device__ __forceinline__ void each_key(const TokenSteps& steps, const Places& at,
                                           const TileWindows<Shape>& tile, const Places& inTile,
                                           int keyHead, const Call& call) const {
    const int2 z = tile.windows[inTile.z], y = tile.windows[tile.begin(p, 1) + inTile.y],
               x = tile.windows[tile.begin(p, 2) + inTile.x];
    const HeadRows<T> keys(p.key, batch, keyHead, p.headDim, steps.first);
    const HeadRows<T> values(p.value, batch, keyHead, p.valueDim, steps.first);
    const float* const table = BIAS ? p.bias + static_cast<long long>(blockIdx.y) * p.biasWidth[0] *
                                                   p.biasWidth[1] * p.biasWidth[2]
                                    : nullptr;
#pragma unroll 1
    for (Places key{z.x, y.x, x.x}; key.z < z.y;) {
      float bias = 0;
      if (BIAS) {
        bias = LOG2_E * __ldg(table +
                              ((key.z - at.z + p.biasWidth[0] / 2) * p.biasWidth[1] + key.y - at.y +
                               p.biasWidth[1] / 2) *
                                  p.biasWidth[2] +
                              key.x - at.x + p.biasWidth[2] / 2);
      }
      call(keys, values, steps.token(p, key), bias);
      if (++key.x < x.y) continue;
      key.x = x.x;
      if (++key.y < y.y) continue;
      key.y = y.x;
      key.z++;
    }
    const HeadRows<T> moreKeys(p.additionalKeys, batch, keyHead, p.headDim);
    const HeadRows<T> moreValues(p.additionalValues, batch, keyHead, p.valueDim);
#pragma unroll 1
    for (int token = 0; token < p.additionalTokens; token++) call(moreKeys, moreValues, token, 0);
  }

  // Over the row that is staged in shared memory.
  __device__ __forceinline__ void store(char* rows, int row) const {
#pragma unroll
    for (int i = 0; i < PARTS; i++) {
      const int dim = i * WARP + threadIdx.x % WARP;
      round_to(reinterpret_cast<T*>(rows + Shape::at(row, dim / Shape::CHUNK))[dim % Shape::CHUNK],
               output[i]);
    }
  }
};

}  // namespace sparkhood
