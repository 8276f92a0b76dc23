// Rows of a tensor on their way to a tile in shared memory.
//
// The threads of a block share the chunks of a tile; each keeps to one chunk of the row, or one of
// every half row. Which token a row of the tile is, each lane finds out for one row and passes on
// to the lanes that copy it:
//
//   load_rows<ROWS>(.., token)     token of row row_of_lane() of the tile, or -1 for a row of zeros
//
// Where every row starts on a multiple of 16 bytes, chunks travel by cp.async; elements beyond the
// dim become zero. Elsewhere (odd strides, dims that are no multiple of a chunk) single elements
// are read; slow, and right.
#pragma once
#include <type_traits>

#include "parameter.cuh"
#include "tile_shape.cuh"

namespace sparkhood {

// One head of one tensor, for one row of the batch.
template <typename T>
struct HeadRows {
  const T* data;
  int tokenStride;
  int dim;
  bool wholeChunks;

  __device__ __forceinline__ HeadRows(const Tensor& tensor, int batch, int head, int dim,
                                      int token = 0)
      : data(reinterpret_cast<const T*>(tensor.data) + batch * tensor.batchStride +
             token * tensor.tokenStride + head * dim),
        tokenStride(tensor.tokenStride),
        dim(dim),
        wholeChunks(tensor.wholeChunks) {}
};

template <typename Shape>
struct TileLoader {
  using T = typename Shape::Element;
  static constexpr int CHUNKS = Shape::CHUNKS, THREADS = Shape::THREADS;
  static constexpr int STEP_ROWS = THREADS / CHUNKS;  // rows that a block loads at once
  static constexpr int LANE_ROWS =
      CHUNKS < WARP ? WARP / CHUNKS : 1;  // of them a warp, at least in part
  static_assert(THREADS % CHUNKS == 0 && STEP_ROWS >= 1);

  // The row whose token this lane must know.
  __device__ static __forceinline__ int row_of_lane() {
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    return lane / LANE_ROWS * STEP_ROWS + warp * WARP / CHUNKS + lane % LANE_ROWS;
  }

  template <int ROWS>
  __device__ static __forceinline__ void load_rows(uint32_t tile, const HeadRows<T>& from,
                                                   int token) {
    static_assert(ROWS % STEP_ROWS == 0 && ROWS / STEP_ROWS * LANE_ROWS <= WARP);
    const int chunk = threadIdx.x % CHUNKS, row = threadIdx.x / CHUNKS;
    const int lane = CHUNKS < WARP ? threadIdx.x % WARP / CHUNKS : 0;
    const int bytes = min(max((from.dim - chunk * Shape::CHUNK) * (int)sizeof(T), 0), 16);
    const T* const source = from.data + (bytes > 0 ? chunk * Shape::CHUNK : 0);
    if (from.wholeChunks) {
#pragma unroll
      for (int i = 0; i < ROWS / STEP_ROWS; i++) {
        const int at = from_lane(token, i * LANE_ROWS + lane);
        copy16_async(tile + Shape::at(row + i * STEP_ROWS, chunk),
                     source + max(at, 0) * from.tokenStride, at < 0 ? 0 : bytes);
      }
    } else {
      // not unrolled: this path should cost no registers
#pragma unroll 1
      for (int i = 0; i < ROWS / STEP_ROWS; i++) {
        const int at = from_lane(token, i * LANE_ROWS + lane);
        copy_elements(tile + Shape::at(row + i * STEP_ROWS, chunk),
                      source + max(at, 0) * from.tokenStride, at < 0 ? 0 : bytes);
      }
    }
  }

  __device__ static __forceinline__ void copy_elements(uint32_t to, const T* from, int bytes) {
    using Bits = typename std::conditional<sizeof(T) == 2, unsigned short, unsigned>::type;
    uint32_t words[4] = {0, 0, 0, 0};
    constexpr int PER_WORD = 4 / sizeof(T);
#pragma unroll
    for (int element = 0; element < Shape::CHUNK; element++) {
      if (element * (int)sizeof(T) < bytes) {
        words[element / PER_WORD] |=
            static_cast<uint32_t>(__ldg(reinterpret_cast<const Bits*>(from) + element))
            << (16 * (element % PER_WORD));
      }
    }
    store16(to, words);
  }
};

}  // namespace sparkhood
