// The keys and values that a block has in shared memory.
//
// First they are its halo: the union of the windows of the block's queries, a box of tokens,
// row-major. Which token a row holds is found once for all rows of the batch. Where the operator
// has additional tokens these come after the halo, as many at a time as fit.
#pragma once
#include "halo_shape.cuh"
#include "tile_loader.cuh"
#include "tile_windows.cuh"

namespace sparkhood {

// Places that the queries of a block see.
struct HaloBox {
  Places from, extent;

  __device__ __forceinline__ HaloBox(const ForwardParameter& p, const BlockPlace& block,
                                     int queries) {
    const int2* const table = p.windows;
    const int2 z =
        unite(table, block.first.z, queries >> (p.queryShift[0] + p.queryShift[1]), block.length.z,
              p.dilation[0], block.group.z);
    const int2 y = unite(table + p.extent[0], block.first.y, 1 << p.queryShift[0], block.length.y,
                         p.dilation[1], block.group.y);
    const int2 x = unite(table + p.extent[0] + p.extent[1], block.first.x, 1 << p.queryShift[1],
                         block.length.x, p.dilation[2], block.group.x);
    from = {z.x, y.x, x.x};
    extent = {z.y - z.x, y.y - y.x, x.y - x.x};
  }

  // [start of the first query's window, end of the last one's), straight from the table of an axis.
  __device__ static __forceinline__ int2 unite(const int2* table, int first, int extent, int length,
                                               int dilation, int group) {
    const int last = min(first + extent, length) - 1;
    return {__ldg(table + first * dilation + group).x, __ldg(table + last * dilation + group).y};
  }

  __device__ __forceinline__ int rows() const { return extent.z * extent.y * extent.x; }
};

template <typename Shape>
struct HaloKeys {
  using T = typename Shape::Element;

  const uint32_t to;     // address of the keys
  const int valueBytes;  // from a key to its value
  int* const tokens;     // of the halo's rows, in shared memory

  __device__ __forceinline__ HaloKeys(const ForwardParameter& p, char* shared)
      : to(shared_address(shared) + Shape::KEYS_AT),
        valueBytes(p.haloRows * Shape::ROW_BYTES),
        tokens(reinterpret_cast<int*>(shared + Shape::KEYS_AT + 2 * valueBytes)) {}

  __device__ __forceinline__ void find_tokens(const ForwardParameter& p, const TokenSteps& steps,
                                              const HaloBox& box) const {
#pragma unroll 1
    for (int row = threadIdx.x; row < box.rows(); row += Shape::THREADS) {
      const int line = row / box.extent.x;
      const Places at{box.from.z + line / box.extent.y, box.from.y + line % box.extent.y,
                      box.from.x + row % box.extent.x};
      tokens[row] = steps.first + steps.token(p, at);
    }
  }

  // Starts copying so many rows: the halo, or the additional tokens from one on. A thread keeps to
  // one chunk of the rows.
  __device__ __forceinline__ void copy(int rows, const HeadRows<T>& keys,
                                       const HeadRows<T>& values, bool additional,
                                       int first) const {
    constexpr int STEP = Shape::THREADS / Shape::CHUNKS;  // rows that a block copies at once
    static_assert(STEP % 8 == 0, "rows so far apart are swizzled alike");
    const int chunk = threadIdx.x % Shape::CHUNKS;
    const int keyBytes = bytes_of(keys, chunk), valueBytes = bytes_of(values, chunk);
    int row = threadIdx.x / Shape::CHUNKS;
    uint32_t key = to + Shape::at(row, chunk);
#pragma unroll 1
    for (; row < rows; row += STEP) {
      const int token = additional ? first + row : tokens[row];
      copy_chunk(key, keys, token, chunk, keyBytes);
      copy_chunk(key + this->valueBytes, values, token, chunk, valueBytes);
      key += STEP * Shape::ROW_BYTES;
    }
  }

  // Bytes of a chunk that lie within the dim; the others become zero.
  __device__ static __forceinline__ int bytes_of(const HeadRows<T>& rows, int chunk) {
    return min(max((rows.dim - chunk * Shape::CHUNK) * (int)sizeof(T), 0), 16);
  }

  __device__ static __forceinline__ void copy_chunk(uint32_t to, const HeadRows<T>& rows, int token,
                                                    int chunk, int bytes) {
    const T* const source =
        rows.data + token * rows.tokenStride + (bytes > 0 ? chunk * Shape::CHUNK : 0);
    if (rows.wholeChunks) {
      copy16_async(to, source, bytes);
    } else {
      TileLoader<Shape>::copy_elements(to, source, bytes);
    }
  }
};

}  // namespace sparkhood
