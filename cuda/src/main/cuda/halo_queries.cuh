// The queries of a block: how they come, and what becomes of their sums, as in tile_output.cuh:
// divide, mend what is spoilt, write. Where they lie is found once for all rows of the batch.
#pragma once
#include "halo_keys.cuh"
#include "tile_output.cuh"

namespace sparkhood {

template <typename Shape>
struct HaloQueries {
  static_assert(Shape::QUERIES <= Shape::THREADS);

  const uint32_t to;  // address of the queries, and later of the output
  int* const tokens;  // in shared memory; -1 for queries beyond the group

  __device__ __forceinline__ HaloQueries(const ForwardParameter& p, const BlockPlace& block,
                                         const TokenSteps& steps, char* shared)
      : to(shared_address(shared) + Shape::QUERIES_AT),
        tokens(reinterpret_cast<int*>(shared + Shape::TOKENS_AT)) {
    if (threadIdx.x < Shape::QUERIES) {
      const Places at = block.query(p, threadIdx.x);
      tokens[threadIdx.x] = block.holds(at) ? steps.first + steps.token(p, at) : -1;
    }
  }

  // Starts copying; queries beyond the group become zeros.
  __device__ __forceinline__ void copy(const HeadRows<typename Shape::Element>& from) const {
    const HaloChunk<Shape> chunk(from);
    uint32_t at = to + HaloChunk<Shape>::place();
#pragma unroll 1
    for (int row = HaloChunk<Shape>::first_row(); row < Shape::QUERIES;
         row += HaloChunk<Shape>::STEP) {
      chunk.copy_part(at, tokens[row]);
      at += HaloChunk<Shape>::STEP_BYTES;
    }
  }

  // Divides by the sums and puts the warp's rows where whole chunks of them can be read; writes
  // logSumExp.
  __device__ __forceinline__ void stage(const ForwardParameter& p, int batch, char* rows,
                                        const float (&o)[1][Shape::DIM / 8][4],
                                        const Softmax<Shape>& softmax) const {
    const int lane = threadIdx.x % WARP, firstRow = threadIdx.x / WARP * Shape::WARP_QUERIES;
#pragma unroll
    for (int half = 0; half < 2; half++) {
      const int row = half * 8 + lane / 4;
      const float sum = softmax.sum[0][half];
      stage_row<Shape>(rows, row, o[0], half * 2, reciprocal_approximate(sum));
      const int token = tokens[firstRow + row];
      if (p.logSumExp.data && lane % 4 == 0 && token >= 0) {
        float* const to = reinterpret_cast<float*>(p.logSumExp.data) +
                          batch * p.logSumExp.batchStride + token * p.logSumExp.tokenStride +
                          blockIdx.y;
        *to = sum == 0 ? NAN : fmaf(softmax.maximum[0][half], LN_2, logf(sum));
      }
    }
  }

  // From the staged rows of the warp to the tensor.
  __device__ __forceinline__ void write_rows(const ForwardParameter& p, int batch,
                                             const char* rows) const {
    using T = typename Shape::Element;
    const HeadRows<T> output(p.output, batch, blockIdx.y, p.valueDim);
    const int lane = threadIdx.x % WARP, chunk = lane % Shape::CHUNKS;
    const int left = p.valueDim - chunk * Shape::CHUNK;
    if (left <= 0) return;
    const bool whole = output.wholeChunks && left >= Shape::CHUNK;
    T* const data = const_cast<T*>(output.data) + chunk * Shape::CHUNK;
    const int stride = output.tokenStride * static_cast<int>(sizeof(T));
#pragma unroll 1
    for (int row = lane / Shape::CHUNKS; row < Shape::WARP_QUERIES; row += WARP / Shape::CHUNKS) {
      const int token = tokens[threadIdx.x / WARP * Shape::WARP_QUERIES + row];
      if (token < 0) continue;
      const T* const from = reinterpret_cast<const T*>(rows + Shape::at(row, chunk));
      T* const to = at_distance(data, token, stride);
      if (whole) {
        *reinterpret_cast<uint4*>(to) = *reinterpret_cast<const uint4*>(from);
      } else {
#pragma unroll 1
        for (int element = 0; element < min(left, Shape::CHUNK); element++)
          to[element] = from[element];
      }
    }
  }

  template <bool BIAS>
  __device__ __forceinline__ void write(const ForwardParameter& p, int batch, char* shared,
                                        const TileWindows<Shape>& tile,
                                        const float (&o)[1][Shape::DIM / 8][4],
                                        const Softmax<Shape>& softmax) const {
    char* const rows = shared + threadIdx.x / WARP * Shape::WARP_QUERIES * Shape::ROW_BYTES;
    stage(p, batch, rows, o, softmax);
    float zeros = 0;
#pragma unroll
    for (int i = 0; i < Shape::DIM / 2; i++) zeros = fmaf(o[0][i / 4][i % 4], 0, zeros);
    if (__any_sync(ALL_LANES, zeros != 0)) {  // not finite; seldom
      const float spoilt[2] = {count_spoilt<Shape>(o, softmax, 0),
                               count_spoilt<Shape>(o, softmax, 1)};
      __syncwarp();
      const BlockPlace block(p, block_again(), Shape::QUERIES);  // would stay in registers
      mend<Shape, BIAS>(p, block, batch, tile, rows, softmax, spoilt);
    }
    __syncwarp();
    write_rows(p, batch, rows);
  }
};

}  // namespace sparkhood
