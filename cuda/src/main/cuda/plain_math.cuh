// The two products of attention for one warp in float32, with fused multiply-adds: simple, and
// exact to float32.
//
// The fragments are those of tensor_core_math.cuh, so that everything between the products is the
// same. A lane reads four elements of a row at once; lanes that need the same row are served by one
// broadcast. For the second product the weights of a key come from the lane that holds them.
#pragma once
#include "tile_shape.cuh"

namespace sparkhood {

template <typename Shape>
struct PlainMath {
  static constexpr int BLOCKS = Shape::BLOCKS, LINES = Shape::LINES;
  static_assert(Shape::QUERY_SHARED);

  uint32_t queryTile, flip;

  __device__ __forceinline__ void start(uint32_t tile, uint32_t flip) {
    queryTile = tile;
    this->flip = flip & 0x80000000u;
  }

  __device__ static __forceinline__ float4 read4(uint32_t from) {
    float4 v;
    asm volatile("ld.shared.v4.f32 {%0,%1,%2,%3}, [%4];"
                 : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w)
                 : "r"(from)
                 : "memory");
    return v;
  }

  __device__ static __forceinline__ float2 read2(uint32_t from) {
    float2 v;
    asm volatile("ld.shared.v2.f32 {%0,%1}, [%2];" : "=f"(v.x), "=f"(v.y) : "r"(from) : "memory");
    return v;
  }

  __device__ static __forceinline__ float dot(const float4& a, const float4& b, float sum) {
    return fmaf(a.w, b.w, fmaf(a.z, b.z, fmaf(a.y, b.y, fmaf(a.x, b.x, sum))));
  }

  __device__ __forceinline__ void scores(float (&s)[BLOCKS][LINES][4], uint32_t keys) const {
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
#pragma unroll
    for (int i = 0; i < BLOCKS * LINES * 4; i++) s[i / (LINES * 4)][i / 4 % LINES][i % 4] = 0;
#pragma unroll 2
    for (int chunk = 0; chunk < Shape::CHUNKS; chunk++) {
#pragma unroll
      for (int m = 0; m < BLOCKS; m++) {
        const int row = warp * Shape::WARP_QUERIES + m * 16 + lane / 4;
        const float4 q0 = read4(queryTile + Shape::at(row, chunk));
        const float4 q1 = read4(queryTile + Shape::at(row + 8, chunk));
#pragma unroll
        for (int line = 0; line < LINES; line++)
#pragma unroll
          for (int column = 0; column < 2; column++) {
            const float4 k = read4(keys + Shape::at(line * 8 + lane % 4 * 2 + column, chunk));
            s[m][line][column] = dot(q0, k, s[m][line][column]);
            s[m][line][2 + column] = dot(q1, k, s[m][line][2 + column]);
          }
      }
    }
#pragma unroll
    for (int i = 0; i < BLOCKS * LINES * 4; i++) {
      float& score = s[i / (LINES * 4)][i / 4 % LINES][i % 4];
      score = __uint_as_float(__float_as_uint(score) ^ flip);
    }
  }

  __device__ __forceinline__ void blend(float (&o)[BLOCKS][Shape::DIM / 8][4],
                                        const float (&p)[BLOCKS][LINES][4], uint32_t values) const {
    const int lane = threadIdx.x % WARP;
#pragma unroll
    for (int line = 0; line < LINES; line++)
#pragma unroll
      for (int column = 0; column < 2; column++)
#pragma unroll 1
        for (int holder = 0; holder < 4; holder++) {
          const int key = line * 8 + holder * 2 + column;
          float weight[BLOCKS][2];
#pragma unroll
          for (int i = 0; i < BLOCKS * 2; i++) {
            weight[i / 2][i % 2] =
                from_lane(p[i / 2][line][i % 2 * 2 + column], (lane & 28) + holder);
          }
#pragma unroll
          for (int dim = 0; dim < Shape::DIM / 8; dim++) {
            const float2 v = read2(values + Shape::at(key, dim * 2 + lane % 4 / 2) + lane % 2 * 8);
#pragma unroll
            for (int i = 0; i < BLOCKS * 2; i++) {
              o[i / 2][dim][i % 2 * 2] = fmaf(weight[i / 2][i % 2], v.x, o[i / 2][dim][i % 2 * 2]);
              o[i / 2][dim][i % 2 * 2 + 1] =
                  fmaf(weight[i / 2][i % 2], v.y, o[i / 2][dim][i % 2 * 2 + 1]);
            }
          }
        }
  }
};

}  // namespace sparkhood
