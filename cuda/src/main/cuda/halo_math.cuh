// The two products of tensor_core_math.cuh for keys that lie in a box in shared memory: a matrix
// load takes an address per row, so the 16 keys of a load may lie anywhere.
//
//   keys[i], values[i]   where the rows of this lane lie in keys 16 i ... 16 i + 15 of a step
//
//   lanes           0 - 7           8 - 15          16 - 23         24 - 31
//   keys            0 - 7, chunk 0  0 - 7, chunk 1  8 - 15, chunk 0 8 - 15, chunk 1
//   their values    0 - 7, chunk 0  8 - 15, chunk 0 0 - 7, chunk 1  8 - 15, chunk 1
//
// so that the two registers of a right factor come one after the other from both loads.
#pragma once
#include "halo_shape.cuh"
#include "tensor_core_math.cuh"

namespace sparkhood {

template <typename Shape>
struct HaloMath : TensorCoreMath<Shape> {
  using T = typename Shape::Element;
  static constexpr int LOADS = Shape::LINES / 2;

  uint32_t keys[LOADS], values[LOADS];

  // Of a step whose rows are packed as in halo_steps.cuh.
  __device__ __forceinline__ void find(unsigned keyRows, unsigned valueRows, int valueBytes) {
#pragma unroll
    for (int i = 0; i < LOADS; i++) {
      keys[i] = (keyRows >> (16 * i) & 0xffff) * 16;
      values[i] = (valueRows >> (16 * i) & 0xffff) * 16 + valueBytes;
    }
  }

  __device__ __forceinline__ void scores(float (&s)[1][Shape::LINES][4]) const {
#pragma unroll
    for (int i = 0; i < Shape::LINES * 4; i++) s[0][i / 4][i % 4] = 0;
#pragma unroll
    for (int step = 0; step < TensorCoreMath<Shape>::STEPS; step++) {
#pragma unroll
      for (int i = 0; i < LOADS; i++) {
        uint32_t b[4];
        load_matrices(b, keys[i] ^ (step << 5));
        multiply_add<T>(s[0][2 * i], this->queries[0][step], b[0], b[1]);
        multiply_add<T>(s[0][2 * i + 1], this->queries[0][step], b[2], b[3]);
      }
    }
  }

  __device__ __forceinline__ void blend(float (&o)[1][Shape::DIM / 8][4],
                                        const float (&p)[1][Shape::LINES][4]) const {
#pragma unroll
    for (int i = 0; i < LOADS; i++) {
      const uint32_t a[4] = {pack<T>(p[0][2 * i][0], p[0][2 * i][1]),
                             pack<T>(p[0][2 * i][2], p[0][2 * i][3]),
                             pack<T>(p[0][2 * i + 1][0], p[0][2 * i + 1][1]),
                             pack<T>(p[0][2 * i + 1][2], p[0][2 * i + 1][3])};
#pragma unroll
      for (int dim = 0; dim < Shape::DIM / 8; dim += 2) {
        uint32_t b[4];
        load_matrices_transposed(b, values[i] ^ (dim << 4));
        multiply_add<T>(o[0][dim], a, b[0], b[1]);
        multiply_add<T>(o[0][dim + 1], a, b[2], b[3]);
      }
    }
  }
};

}  // namespace sparkhood
