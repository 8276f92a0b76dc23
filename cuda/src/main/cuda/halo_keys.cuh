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
    const int2 z = unite(table, block.first.z, queries >> (p.queryShift[0] + p.queryShift[1]),
                         block.length.z, p.dilation[0], block.group.z);
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

// The chunk that a thread copies of every row it copies, which are STEP apart.
template <typename Shape>
struct HaloChunk {
  using T = typename Shape::Element;
  static constexpr int STEP = Shape::THREADS / Shape::CHUNKS;  // rows that a block copies at once
  static constexpr int STEP_BYTES = STEP * Shape::ROW_BYTES;
  static_assert(STEP % 8 == 0, "rows so far apart are swizzled alike");

  const T* data;  // of token 0
  int stride;     // of tokens, in bytes; a row of the batch has fewer than 2^31 elements
  int bytes;      // that lie within the dim; the others become zero
  bool aligned;   // on 16 bytes, in every token
  bool whole;     // aligned, and all of it within the dim, in all threads alike

  __device__ __forceinline__ explicit HaloChunk(const HeadRows<T>& rows)
      : stride(rows.tokenStride * static_cast<int>(sizeof(T))),
        aligned(rows.wholeChunks),
        whole(rows.wholeChunks && rows.dim == Shape::DIM) {
    const int element = threadIdx.x % Shape::CHUNKS * Shape::CHUNK;
    bytes = min(max((rows.dim - element) * static_cast<int>(sizeof(T)), 0), 16);
    data = rows.data + (bytes > 0 ? element : 0);
  }

  // Of the rows of the thread the first, and its place in shared memory; the others are STEP_BYTES
  // apart.
  __device__ static __forceinline__ int first_row() { return threadIdx.x / Shape::CHUNKS; }
  __device__ static __forceinline__ uint32_t place() {
    return Shape::at(first_row(), threadIdx.x % Shape::CHUNKS);
  }

  __device__ __forceinline__ const T* source(int token) const {
    return at_distance(data, token, stride);
  }

  // Of a token, or zeros where there is none (-1).
  __device__ __forceinline__ void copy_part(uint32_t to, int token) const {
    const int bytes = token < 0 ? 0 : this->bytes;
    if (aligned) {
      copy16_async(to, source(max(token, 0)), bytes);
    } else {
      TileLoader<Shape>::copy_elements(to, source(max(token, 0)), bytes);
    }
  }
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

  // Starts copying so many rows: the halo, or the additional tokens from one on.
  __device__ __forceinline__ void copy(int rows, const HeadRows<T>& keys, const HeadRows<T>& values,
                                       bool additional, int first) const {
    const HaloChunk<Shape> key(keys), value(values);
    int row = HaloChunk<Shape>::first_row();
    uint32_t at = to + HaloChunk<Shape>::place();
    if (key.whole && value.whole) {
#pragma unroll 1
      for (; row < rows; row += HaloChunk<Shape>::STEP) {
        const int token = additional ? first + row : tokens[row];
        copy16_async(at, key.source(token));
        copy16_async(at + valueBytes, value.source(token));
        at += HaloChunk<Shape>::STEP_BYTES;
      }
    } else {
#pragma unroll 1
      for (; row < rows; row += HaloChunk<Shape>::STEP) {
        const int token = additional ? first + row : tokens[row];
        key.copy_part(at, token);
        value.copy_part(at + valueBytes, token);
        at += HaloChunk<Shape>::STEP_BYTES;
      }
    }
  }
};

}  // namespace sparkhood
