// What a block does after its last key: divide by the sums, mend what is spoilt, write.
//
// Rows go through shared memory, each warp's into a part of its own, so that warps need not wait
// for each other, with the chunks swizzled as everywhere: sums lie in registers as a matrix
// instruction leaves them, two dims here, two there (in float32, whose values were read by chunks,
// 8c to 8c + 3 and 8c + 4 to 8c + 7 of every 32); memory wants whole chunks of 16 bytes.
#pragma once
#include "exact_row.cuh"
#include "softmax.cuh"

namespace sparkhood {

// The lane's part of a row times a factor: of all sums those that begin at `from`, and the next.
template <typename Shape>
__device__ __forceinline__ void stage_row(char* rows, int row,
                                          const float (&o)[Shape::DIM / 8][4], int from,
                                          float factor) {
  const int lane = threadIdx.x % WARP;
  if constexpr (Shape::SIXTEEN_BITS) {
#pragma unroll
    for (int dim = 0; dim < Shape::DIM / 8; dim++) {
      *reinterpret_cast<uint32_t*>(rows + Shape::at(row, dim) + lane % 4 * 4) =
          pack<typename Shape::Element>(o[dim][from] * factor, o[dim][from + 1] * factor);
    }
  } else {
#pragma unroll
    for (int chunk = 0; chunk < Shape::DIM / 16; chunk++) {
      const int dim = chunk / 2 * 4, of = from + chunk % 2;
      *reinterpret_cast<float4*>(
          rows + Shape::at(row, chunk / 2 * 8 + lane % 4 * 2 + chunk % 2)) =
          make_float4(o[dim][of] * factor, o[dim + 1][of] * factor, o[dim + 2][of] * factor,
                      o[dim + 3][of] * factor);
    }
  }
}

// The logarithm of a sum of exponentials, in its tensor.
__device__ __forceinline__ void write_log_sum_exp(const ForwardParameter& p,
                                                  const TokenSteps& steps, const Places& at,
                                                  float maximum, float sum) {
  float* const to = reinterpret_cast<float*>(p.logSumExp.data) +
                    blockIdx.z * p.logSumExp.batchStride +
                    (steps.first + steps.token(p, at)) * p.logSumExp.tokenStride + blockIdx.y;
  // 0 keys with a weight leave no logarithm: NaN, as -infinity - -infinity
  *to = sum == 0 ? NAN : fmaf(maximum, LN_2, logf(sum));
}

// Divides by the sum and puts the warp's rows where whole chunks of them can be read; writes
// logSumExp.
template <typename Shape>
__device__ __forceinline__ void stage_output(const ForwardParameter& p, const BlockPlace& block,
                                             char* rows,
                                             float (&o)[Shape::BLOCKS][Shape::DIM / 8][4],
                                             Softmax<Shape>& softmax) {
  const int lane = threadIdx.x % WARP, firstRow = threadIdx.x / WARP * Shape::WARP_QUERIES;
  const TokenSteps steps(p, block.group);
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * 2; i++) {
    const int row = i * 8 + lane / 4;
    float& sum = softmax.sum[i / 2][i % 2];
    sum += from_lane_xor(sum, 1);
    sum += from_lane_xor(sum, 2);
    stage_row<Shape>(rows, row, o[i / 2], i % 2 * 2, 1 / sum);
    const Places at = block.query(p, firstRow + row);
    if (p.logSumExp.data && lane % 4 == 0 && block.holds(at)) {
      write_log_sum_exp(p, steps, at, softmax.maximum[i / 2][i % 2], sum);
    }
  }
}

// How many of the four lanes of the lane's row have outputs that are not finite; in 16 bits, where
// the sum of its weights is.
template <typename Shape>
__device__ __forceinline__ float count_spoilt(const float (&o)[Shape::BLOCKS][Shape::DIM / 8][4],
                                              const Softmax<Shape>& softmax, int i) {
  float zeros = 0;
#pragma unroll
  for (int dim = 0; dim < Shape::DIM / 8; dim++) {
    zeros = fmaf(o[i / 2][dim][i % 2 * 2], 0, zeros);
    zeros = fmaf(o[i / 2][dim][i % 2 * 2 + 1], 0, zeros);
  }
  float spoilt;
  if constexpr (Shape::SIXTEEN_BITS) {
    spoilt = zeros != 0 && softmax.sum[i / 2][i % 2] == softmax.sum[i / 2][i % 2] ? 1 : 0;
  } else {
    spoilt = zeros != 0 ? 1 : 0;
  }
  spoilt += from_lane_xor(spoilt, 1);
  return spoilt + from_lane_xor(spoilt, 2);
}

// Whether a row of the warp is spoilt.
template <typename Shape>
__device__ __forceinline__ bool any_spoilt(const float (&spoilt)[Shape::BLOCKS * 2]) {
  float any = 0;
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * 2; i++) any += spoilt[i];
#pragma unroll
  for (int mask = 4; mask < WARP; mask *= 2) any += from_lane_xor(any, mask);
  return any != 0;
}

// Computes spoilt rows of the warp again, those of one row of the batch.
template <typename Shape, bool BIAS>
__device__ __forceinline__ void mend(const ForwardParameter& p, const BlockPlace& block, int batch,
                                     const TileWindows<Shape>& tile, char* rows,
                                     const Softmax<Shape>& softmax,
                                     const float (&spoilt)[Shape::BLOCKS * 2]) {
#pragma unroll 1
  for (int row = 0; row < Shape::WARP_QUERIES; row++) {
    const int holder = row % 8 * 4, index = threadIdx.x / WARP * Shape::WARP_QUERIES + row;
    float mine = 0, maximum = 0, sum = 0;
#pragma unroll
    for (int i = 0; i < Shape::BLOCKS * 2;
         i++) {  // all come from their lane first: no register is indexed
      const float spoiltThere = from_lane(spoilt[i], holder);
      const float maximumThere = from_lane(softmax.maximum[i / 2][i % 2], holder);
      const float sumThere = from_lane(softmax.sum[i / 2][i % 2], holder);
      if (i == row / 8) {
        mine = spoiltThere;
        maximum = maximumThere;
        sum = sumThere;
      }
    }
    if (mine == 0 || !block.holds(block.query(p, index))) continue;
    ExactRow<Shape, BIAS> exact{p, batch};
    exact.maximum = maximum;
    exact.inverse = 1 / sum;
    exact.compute(block, tile, index);
    exact.store(rows, row);
    if constexpr (!Shape::SIXTEEN_BITS) {
      if (p.logSumExp.data && threadIdx.x % WARP == 0) {
        write_log_sum_exp(p, TokenSteps(p, block.group), block.query(p, index), exact.maximum,
                          exact.sum);
      }
    }
  }
}

// From the staged rows of the warp to the tensor.
template <typename Shape>
__device__ __forceinline__ void write_output(const ForwardParameter& p, const BlockPlace& block,
                                             const char* rows) {
  using T = typename Shape::Element;
  const TokenSteps steps(p, block.group);
  const HeadRows<T> output(p.output, blockIdx.z, blockIdx.y, p.valueDim, steps.first);
#pragma unroll 1
  for (int i = threadIdx.x % WARP; i < Shape::WARP_QUERIES * Shape::CHUNKS; i += WARP) {
    const int row = i / Shape::CHUNKS, chunk = i % Shape::CHUNKS,
              left = p.valueDim - chunk * Shape::CHUNK;
    const Places at = block.query(p, threadIdx.x / WARP * Shape::WARP_QUERIES + row);
    if (left <= 0 || !block.holds(at)) continue;
    const T* const from = reinterpret_cast<const T*>(rows + Shape::at(row, chunk));
    T* const to = const_cast<T*>(output.data) + steps.token(p, at) * output.tokenStride +
                  chunk * Shape::CHUNK;
    if (output.wholeChunks && left >= Shape::CHUNK) {
      *reinterpret_cast<uint4*>(to) = *reinterpret_cast<const uint4*>(from);
    } else {
#pragma unroll 1
      for (int element = 0; element < min(left, Shape::CHUNK); element++)
        to[element] = from[element];
    }
  }
}

template <typename Shape, bool BIAS>
__device__ __forceinline__ void write(const ForwardParameter& p, char* shared,
                                      const TileWindows<Shape>& tile,
                                      float (&o)[Shape::BLOCKS][Shape::DIM / 8][4],
                                      Softmax<Shape>& softmax) {
  const BlockPlace block(p, block_again(), Shape::QUERIES);
  char* const rows = shared + threadIdx.x / WARP * Shape::WARP_QUERIES * Shape::ROW_BYTES;
  stage_output<Shape>(p, block, rows, o, softmax);
  float spoilt[Shape::BLOCKS * 2];
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * 2; i++) spoilt[i] = count_spoilt<Shape>(o, softmax, i);
  __syncwarp();
  if (any_spoilt<Shape>(spoilt)) {
    mend<Shape, BIAS>(p, block, blockIdx.z, tile, rows, softmax, spoilt);
  }
  __syncwarp();
  write_output<Shape>(p, block, rows);
}

}  // namespace sparkhood
