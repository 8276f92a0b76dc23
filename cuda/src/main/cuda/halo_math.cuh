// The two products of tensor_core_math.cuh for keys that lie in a box in shared memory: a matrix
// load takes an address per row, so the 16 keys of a load may lie anywhere.
//
//   rows[i]   where the key of this lane lies in keys 16 i ... 16 i + 15 of a step; of lanes 0 - 15
//             the first chunk of each row, of lanes 16 - 31 the second
//
// One address serves both products: the value of a key lies `valueBytes` behind it.
#pragma once
#include "halo_shape.cuh"
#include "tensor_core_math.cuh"

namespace sparkhood {

template <typename Shape>
struct HaloMath : TensorCoreMath<Shape> {
  using T = typename Shape::Element;
  static constexpr int LOADS = Shape::LINES / 2;

  uint32_t rows[LOADS];

  // Of a step whose rows are packed as in halo_steps.cuh.
  __device__ __forceinline__ void find(uint32_t keys, unsigned packed) {
#pragma unroll
    for (int i = 0; i < LOADS; i++) rows[i] = keys + (packed >> (16 * i) & 0xffff) * 16;
  }

  __device__ __forceinline__ void scores(float (&s)[1][Shape::LINES][4]) const {
#pragma unroll
    for (int i = 0; i < Shape::LINES * 4; i++) s[0][i / 4][i % 4] = 0;
#pragma unroll
    for (int step = 0; step < TensorCoreMath<Shape>::STEPS; step++) {
#pragma unroll
      for (int i = 0; i < LOADS; i++) {
        uint32_t b[4];
        load_matrices(b, rows[i] ^ (step << 5));
        multiply_add<T>(s[0][2 * i], this->queries[0][step], b[0], b[2]);
        multiply_add<T>(s[0][2 * i + 1], this->queries[0][step], b[1], b[3]);
      }
    }
  }

  __device__ __forceinline__ void blend(float (&o)[1][Shape::DIM / 8][4],
                                        const float (&p)[1][Shape::LINES][4],
                                        int valueBytes) const {
#pragma unroll
    for (int i = 0; i < LOADS; i++) {
      const uint32_t a[4] = {
          pack<T>(p[0][2 * i][0], p[0][2 * i][1]), pack<T>(p[0][2 * i][2], p[0][2 * i][3]),
          pack<T>(p[0][2 * i + 1][0], p[0][2 * i + 1][1]),
          pack<T>(p[0][2 * i + 1][2], p[0][2 * i + 1][3])};
#pragma unroll
      for (int dim = 0; dim < Shape::DIM / 8; dim += 2) {
        uint32_t b[4];
        load_matrices_transposed(b, (rows[i] + valueBytes) ^ (dim << 4));
        multiply_add<T>(o[0][dim], a, b[0], b[1]);
        multiply_add<T>(o[0][dim + 1], a, b[2], b[3]);
      }
    }
  }
};

}  // namespace sparkhood
