// What one query sees on the grid, and in which of its slots.
#pragma once
#include "unfused_parameter.cuh"

namespace sparkhood {

// On one axis; keys lie `dilation` positions apart.
struct AxisSight {
  int place;  // of the query
  int first;  // place of the first key
  int count;  // of keys
  int start;  // position of the first key
};

struct QueryWindow {
  AxisSight z, y, x;

  __device__ __forceinline__ QueryWindow(const UnfusedParameter& p, int token) {
    const int line = token / p.extent[2];
    x = see(p, token % p.extent[2], 2, p.extent[0] + p.extent[1]);
    y = see(p, line % p.extent[1], 1, p.extent[0]);
    z = see(p, line / p.extent[1], 0, 0);
  }

  __device__ static __forceinline__ AxisSight see(const UnfusedParameter& p, int position, int axis,
                                                  int table) {
    const int2 window = __ldg(p.windows + table + position);
    const int place = position / p.dilation[axis], group = position % p.dilation[axis];
    return {place, window.x, window.y - window.x, window.x * p.dilation[axis] + group};
  }

  // The token of the key at an offset of the window.
  __device__ __forceinline__ int token(const UnfusedParameter& p, int dz, int dy, int dx) const {
    const int line = (z.start + dz * p.dilation[0]) * p.extent[1] + y.start + dy * p.dilation[1];
    return line * p.extent[2] + x.start + dx * p.dilation[2];
  }

  // Calls take(slot, token) for every key of the window, in the order of the slots.
  template <typename Take>
  __device__ __forceinline__ void for_each(const UnfusedParameter& p, const Take& take) const {
#pragma unroll 1
    for (int dz = 0; dz < z.count; dz++)
#pragma unroll 1
      for (int dy = 0; dy < y.count; dy++) {
        const int slot = (dz * p.kernelSize[1] + dy) * p.kernelSize[2];
        const int first = token(p, dz, dy, 0);
#pragma unroll 1
        for (int dx = 0; dx < x.count; dx++) take(slot + dx, first + dx * p.dilation[2]);
      }
  }
};

}  // namespace sparkhood
