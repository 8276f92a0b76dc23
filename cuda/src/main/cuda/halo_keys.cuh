// The keys and values that a block has in shared memory: all of a box of tokens, row-major.
//
// First the box is the union of the windows of the block's queries, its halo. Where the operator
// has additional tokens these come after it, as many at a time as fit: a box of one line.
#pragma once
#include "halo_shape.cuh"
#include "tile_loader.cuh"
#include "tile_windows.cuh"

namespace sparkhood {

template <typename Shape>
struct HaloKeys {
  using T = typename Shape::Element;
  static constexpr int STEP = Shape::THREADS / Shape::CHUNKS;  // rows that a block copies at once
  static_assert(STEP % 8 == 0, "rows so far apart are swizzled alike");

  const uint32_t to;     // address of the keys
  const int valueBytes;  // from a key to its value
  HeadRows<T> keys, values;
  Places from, extent;  // the box
  Places tokens;        // from one place to the next, on each axis

  __device__ __forceinline__ HaloKeys(const ForwardParameter& p, const BlockPlace& block,
                                      const TokenSteps& steps, uint32_t shared)
      : to(shared + Shape::KEYS_AT),
        valueBytes(p.haloRows * Shape::ROW_BYTES),
        keys(p.key, blockIdx.z, blockIdx.y / p.headsPerKeyHead, p.headDim, steps.first),
        values(p.value, blockIdx.z, blockIdx.y / p.headsPerKeyHead, p.valueDim, steps.first),
        tokens{steps.z, steps.y, p.dilation[2]} {
    const int2* const table = p.windows;
    const int2 z = unite(table, block.first.z,
                         Shape::QUERIES >> (p.queryShift[0] + p.queryShift[1]), block.length.z,
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

  // The box becomes one of additional tokens.
  __device__ __forceinline__ void turn_to_additional(const ForwardParameter& p, int first) {
    const int head = blockIdx.y / p.headsPerKeyHead;
    keys = HeadRows<T>(p.additionalKeys, blockIdx.z, head, p.headDim);
    values = HeadRows<T>(p.additionalValues, blockIdx.z, head, p.valueDim);
    from = {0, 0, first};
    extent = {1, 1, min(p.haloRows, p.additionalTokens - first)};
    tokens = {0, 0, 1};
  }

  // Starts copying the box. A thread keeps to one chunk of the rows; the place of its row goes on
  // by the digits of STEP to the bases of the box, so that nothing is divided on the way.
  __device__ __forceinline__ void copy() const {
    const int chunk = threadIdx.x % Shape::CHUNKS, rows = extent.z * extent.y * extent.x;
    const int keyBytes = bytes_of(keys, chunk), valueBytes = bytes_of(values, chunk);
    int row = threadIdx.x / Shape::CHUNKS;
    uint32_t key = to + Shape::at(row, chunk);
    Places at{0, row / extent.x, row % extent.x}, step{0, STEP / extent.x, STEP % extent.x};
    if (extent.z > 1) {
      at = {at.y / extent.y, at.y % extent.y, at.x};
      step = {step.y / extent.y, step.y % extent.y, step.x};
    }
#pragma unroll 1
    for (; row < rows; row += STEP) {
      const int token = (from.z + at.z) * tokens.z + (from.y + at.y) * tokens.y +
                        (from.x + at.x) * tokens.x;
      copy_chunk(key, keys, token, chunk, keyBytes);
      copy_chunk(key + this->valueBytes, values, token, chunk, valueBytes);
      key += STEP * Shape::ROW_BYTES;
      at.x += step.x;
      if (at.x >= extent.x) {
        at.x -= extent.x;
        at.y++;
      }
      at.y += step.y;
      if (at.y >= extent.y) {
        at.y -= extent.y;
        at.z++;
      }
      at.z += step.z;
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
