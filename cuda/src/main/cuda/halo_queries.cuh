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
    const int chunk = threadIdx.x % Shape::CHUNKS, bytes = HaloKeys<Shape>::bytes_of(from, chunk);
#pragma unroll 1
    for (int i = 0; i < Shape::QUERIES; i += Shape::THREADS / Shape::CHUNKS) {
      const int row = threadIdx.x / Shape::CHUNKS + i, token = tokens[row];
      HaloKeys<Shape>::copy_chunk(to + Shape::at(row, chunk), from, max(token, 0), chunk,
                                  token < 0 ? 0 : bytes);
    }
  }

  // Divides by the sums and puts the warp's rows where whole chunks of them can be read; writes
  // logSumExp.
  __device__ __forceinline__ void stage(const ForwardParameter& p, int batch, char* rows,
                                        const float (&o)[1][Shape::DIM / 8][4],
                                        Softmax<Shape>& softmax) const {
    const int lane = threadIdx.x % WARP, firstRow = threadIdx.x / WARP * Shape::WARP_QUERIES;
#pragma unroll
    for (int half = 0; half < 2; half++) {
      const int row = half * 8 + lane / 4;
      float& sum = softmax.sum[0][half];
      sum += from_lane_xor(sum, 1);
      sum += from_lane_xor(sum, 2);
      stage_row<Shape>(rows, row, o[0], half * 2, 1 / sum);
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
#pragma unroll 1
    for (int i = threadIdx.x % WARP; i < Shape::WARP_QUERIES * Shape::CHUNKS; i += WARP) {
      const int row = i / Shape::CHUNKS, chunk = i % Shape::CHUNKS;
      const int left = p.valueDim - chunk * Shape::CHUNK;
      const int token = tokens[threadIdx.x / WARP * Shape::WARP_QUERIES + row];
      if (left <= 0 || token < 0) continue;
      const T* const from = reinterpret_cast<const T*>(rows + Shape::at(row, chunk));
      T* const to =
          const_cast<T*>(output.data) + token * output.tokenStride + chunk * Shape::CHUNK;
      if (output.wholeChunks && left >= Shape::CHUNK) {
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
                                        Softmax<Shape>& softmax) const {
    char* const rows = shared + threadIdx.x / WARP * Shape::WARP_QUERIES * Shape::ROW_BYTES;
    stage(p, batch, rows, o, softmax);
    const float spoilt[2] = {count_spoilt<Shape>(o, softmax, 0),
                             count_spoilt<Shape>(o, softmax, 1)};
    __syncwarp();
    if (any_spoilt<Shape>(spoilt)) {
      const BlockPlace block(p, block_again(), Shape::QUERIES);  // would stay in registers
      mend<Shape, BIAS>(p, block, batch, tile, rows, softmax, spoilt);
    }
    __syncwarp();
    write_rows(p, batch, rows);
  }
};

}  // namespace sparkhood
