// Where a block's queries and keys lie: boxes in one dilation group of the token grid.
//
//   position = place * dilation + group
//   token    = (z * extent[1] + y) * extent[2] + x     of positions
//
// Boxes have powers of two as extents, so an index in a box splits into places by shifts. Windows
// come from tables that AxisWindow.java makes; they are monotone in the query, so the first and
// last query of a box say what all of them see:
//
//   union          [start of the first, end of the last)     what at least one of them may see
//   intersection   [start of the last, end of the first)     what all of them see
#pragma once
#include "parameter.cuh"
#include "primitives.cuh"

namespace sparkhood {

struct Places {
  int z, y, x;
};

__device__ __forceinline__ Places places_of(int index, const int (&shift)[2]) {
  const int y = index >> shift[1];
  return {y >> shift[0], y & ((1 << shift[0]) - 1), index & ((1 << shift[1]) - 1)};
}

// The last digit of a number, which loses it. An axis that is one tile, or not dilated, costs no
// division.
__device__ __forceinline__ int take_digit(int& number, int base) {
  if (base == 1) return 0;
  const int digit = number % base;
  number /= base;
  return digit;
}

// Places of a dilation group on an axis.
__device__ __forceinline__ int group_length(int extent, int group, int dilation) {
  return dilation == 1 ? extent : (extent - group + dilation - 1) / dilation;
}

// The query tile and the dilation group of a block.
struct BlockPlace {
  Places first;   // of the query tile
  Places group;   // of dilation
  Places length;  // places of the group on each axis

  __device__ __forceinline__ BlockPlace(const ForwardParameter& p, int block, int queries) {
    first.x = take_digit(block, p.queryTiles[2]);
    first.y = take_digit(block, p.queryTiles[1]);
    first.z = take_digit(block, p.queryTiles[0]);
    group.x = take_digit(block, p.dilation[2]);
    group.y = take_digit(block, p.dilation[1]);
    group.z = block;
    first.x <<= p.queryShift[1];
    first.y <<= p.queryShift[0];
    first.z *= queries >> (p.queryShift[0] + p.queryShift[1]);
    length.x = group_length(p.extent[2], group.x, p.dilation[2]);
    length.y = group_length(p.extent[1], group.y, p.dilation[1]);
    length.z = group_length(p.extent[0], group.z, p.dilation[0]);
  }

  // Groups are uneven: the shorter ones may have no such tile.
  __device__ __forceinline__ bool empty() const {
    return first.z >= length.z || first.y >= length.y || first.x >= length.x;
  }

  __device__ __forceinline__ bool holds(const Places& at) const {
    return at.z < length.z && at.y < length.y && at.x < length.x;
  }

  // Places of the query at an index of the tile; may lie beyond the group.
  __device__ __forceinline__ Places query(const ForwardParameter& p, int index) const {
    Places at = places_of(index, p.queryShift);
    return {first.z + at.z, first.y + at.y, first.x + at.x};
  }
};

// Tokens from one place to the next, and before the first of a dilation group.
struct TokenSteps {
  int z, y, first;

  __device__ __forceinline__ TokenSteps(const ForwardParameter& p, const Places& group)
      : z(p.dilation[0] * p.extent[1] * p.extent[2]),
        y(p.dilation[1] * p.extent[2]),
        first((group.z * p.extent[1] + group.y) * p.extent[2] + group.x) {}

  // Token, counted from the first of the group.
  __device__ __forceinline__ int token(const ForwardParameter& p, const Places& at) const {
    return at.z * z + at.y * y + at.x * p.dilation[2];
  }
};

__device__ __forceinline__ int ceil_shift(int number, int shift) {
  return (number + (1 << shift) - 1) >> shift;
}

}  // namespace sparkhood
