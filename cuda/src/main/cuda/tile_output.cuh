// What a block does after its last key: divide by the sums, mend what is spoilt, write.
//
// Rows go through shared memory, each warp's into a part of its own, so that warps need not wait
// for each other, with the chunks swizzled as everywhere: sums lie in registers as a matrix
// instruction leaves them, two dims here, two there; memory wants whole chunks of 16 bytes.
#pragma once
#include "exact_row.cuh"
#include "softmax.cuh"

namespace sparkhood {

// Divides by the sum and puts the warp's rows where whole chunks of them can be read; writes
// logSumExp.
template <typename Shape>
__device__ __forceinline__ void stage_output(const ForwardParameter& p, const BlockPlace& block,
                                             char* rows,
                                             float (&o)[Shape::BLOCKS][Shape::DIM / 8][4],
                                             Softmax<Shape>& softmax) {
  using T = typename Shape::Element;
  const int lane = threadIdx.x % WARP, firstRow = threadIdx.x / WARP * Shape::WARP_QUERIES;
  const TokenSteps steps(p, block.group);
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * 2; i++) {
    const int row = i * 8 + lane / 4;
    float& sum = softmax.sum[i / 2][i % 2];
    sum += from_lane_xor(sum, 1);
    sum += from_lane_xor(sum, 2);
    const float inverse = 1 / sum;
#pragma unroll
    for (int dim = 0; dim < Shape::DIM / 8; dim++) {
      const float first = o[i / 2][dim][i % 2 * 2] * inverse,
                  second = o[i / 2][dim][i % 2 * 2 + 1] * inverse;
      if constexpr (Shape::TENSOR_CORES) {
        *reinterpret_cast<uint32_t*>(rows + Shape::at(row, dim) + lane % 4 * 4) =
            pack<T>(first, second);
      } else {
        *reinterpret_cast<float2*>(rows + Shape::at(row, dim * 2 + lane % 4 / 2) + lane % 2 * 8) =
            make_float2(first, second);
      }
    }
    const Places at = block.query(p, firstRow + row);
    if (p.logSumExp.data && lane % 4 == 0 && block.holds(at)) {
      float* const to = reinterpret_cast<float*>(p.logSumExp.data) +
                        blockIdx.z * p.logSumExp.batchStride +
                        (steps.first + steps.token(p, at)) * p.logSumExp.tokenStride + blockIdx.y;
      // 0 keys with a weight leave no logarithm: NaN, as -infinity - -infinity
      *to = sum == 0 ? NAN : fmaf(softmax.maximum[i / 2][i % 2], LN_2, logf(sum));
    }
  }
}

// How many outputs of the lane's row are not finite where the sum of its weights is, over the four
// lanes of the row.
template <typename Shape>
__device__ __forceinline__ float count_spoilt(const float (&o)[Shape::BLOCKS][Shape::DIM / 8][4],
                                              const Softmax<Shape>& softmax, int i) {
  float zeros = 0;
#pragma unroll
  for (int dim = 0; dim < Shape::DIM / 8; dim++) {
    zeros = fmaf(o[i / 2][dim][i % 2 * 2], 0, zeros);
    zeros = fmaf(o[i / 2][dim][i % 2 * 2 + 1], 0, zeros);
  }
  float spoilt = zeros != 0 && softmax.sum[i / 2][i % 2] == softmax.sum[i / 2][i % 2] ? 1 : 0;
  spoilt += from_lane_xor(spoilt, 1);
  return spoilt + from_lane_xor(spoilt, 2);
}

// Computes spoilt rows of the warp again.
template <typename Shape, bool BIAS>
__device__ __forceinline__ void mend(const ForwardParameter& p, const BlockPlace& block,
                                     const TileWindows<Shape>& tile, char* rows,
                                     const Softmax<Shape>& softmax,
                                     const float (&spoilt)[Shape::BLOCKS * 2]) {
  float any = 0;
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * 2; i++) any += spoilt[i];
#pragma unroll
  for (int mask = 4; mask < WARP; mask *= 2) any += from_lane_xor(any, mask);
  if (any == 0) return;
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
    ExactRow<Shape, BIAS> exact{p};
    exact.maximum = maximum;
    exact.inverse = 1 / sum;
    exact.compute(block, tile, index);
    exact.store(rows, row);
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
  mend<Shape, BIAS>(p, block, tile, rows, softmax, spoilt);
  __syncwarp();
  write_output<Shape>(p, block, rows);
}

}  // namespace sparkhood
