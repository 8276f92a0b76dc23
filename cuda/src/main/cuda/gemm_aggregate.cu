// Values mixed with weights, or with the softmax of scores, as an implicit batched matrix product:
// a block is 64 queries of one head against all keys that one of them sees, 64 at a time, for 128
// bytes of the value dim. Weights come from the slots that the keys have for each query, straight
// into the fragments; that of a key that a query does not see is 0.
//
//   grid    (value chunks x query tiles x dilation groups, heads, batch)
//   block   128 threads = 4 warps of 16 queries
//   shared  2 stages of values[64][128 bytes], one filled ahead
//
// Tensor cores take weights rounded to the type of the values, which is right for weights that a
// softmax made, and they are given those. Other weights may be of any size, and stay float32 in
// fused multiply-adds, as do those of scores that are given. A weight
// of 0 times a value that is not finite is NaN although the query does not see it; such elements
// are computed again, slot after slot. Compiled once per element type and kind of arithmetic, with
// macros that UnfusedEntryPoint.java holds: SPARKHOOD_NAME, SPARKHOOD_ELEMENT,
// SPARKHOOD_TENSOR_CORES.
#include <type_traits>

#include "gemm_tile.cuh"
#include "query_mix.cuh"

namespace sparkhood {

using T = element::SPARKHOOD_ELEMENT;

constexpr int BLOCKS_OF_8 = CHUNK_DIMS<T> / 8;

using Weights = float[LINES][4];     // queries r, r + 8 and keys 8n + 2c, 8n + 2c + 1
using Mixed = float[BLOCKS_OF_8][4];  // queries r, r + 8 and dims 8n + 2c, 8n + 2c + 1

// The largest score of the two queries of the lane; the lanes of a warp share the slots of each.
__device__ __forceinline__ void find_maxima(const UnfusedParameter& p, const GemmPlace& place,
                                            float (&maximum)[2]) {
  const int onGrid = p.slotCount - p.additionalTokens;
#pragma unroll
  for (int half = 0; half < 2; half++)
#pragma unroll 1
    for (int i = 0; i < 8; i++) {
      const QuerySight sight(p, place, threadIdx.x / WARP * 16 + half * 8 + i);
      float most = -INFINITY;
#pragma unroll 1
      for (int slot = threadIdx.x % WARP; sight.there && slot < p.slotCount; slot += WARP) {
        if (slot >= onGrid || sight.has_key(p, slot)) most = fmaxf(most, sight.slots[slot]);
      }
#pragma unroll
      for (int mask = WARP / 2; mask > 0; mask /= 2) most = fmaxf(most, from_lane_xor(most, mask));
      if (threadIdx.x % WARP / 4 == i) maximum[half] = most;
    }
}

__device__ __forceinline__ void gather(const UnfusedParameter& p, bool softmax,
                                       const GemmPlace& place, int number,
                                       const float (&maximum)[2], float (&sum)[2], Weights& w) {
#pragma unroll
  for (int half = 0; half < 2; half++) {
#pragma unroll
    for (int i = 0; i < LINES * 2; i++) w[i / 2][half * 2 + i % 2] = 0;
    const QuerySight sight(p, place, row_of_lane() + half * 8);
    const auto take = [&](int slot, int line, int column) {
      const float weight = weight_of(softmax, sight.slots[slot], maximum[half]);
      w[line][half * 2 + column] = weight;
      sum[half] += weight;
    };
    sight.for_each(
        p, place, number,
        [&](int slot, int line, int column, const int3&) { take(slot, line, column); }, take);
  }
}

// By tensor cores.
template <bool TENSOR_CORES>
struct Blend {
  __device__ static __forceinline__ void add(Mixed& o, const Weights& w, uint32_t values) {
    const int lane = threadIdx.x % WARP;
    values += tile_at(lane % 16, lane / 16);
#pragma unroll
    for (int line = 0; line < LINES; line += 2) {
      const uint32_t a[4] = {pack<T>(w[line][0], w[line][1]), pack<T>(w[line][2], w[line][3]),
                             pack<T>(w[line + 1][0], w[line + 1][1]),
                             pack<T>(w[line + 1][2], w[line + 1][3])};
#pragma unroll
      for (int dim = 0; dim < BLOCKS_OF_8; dim += 2) {
        uint32_t b[4];
        load_matrices_transposed(b, (values ^ (dim << 4)) + line * 8 * ROW_BYTES);
        multiply_add<T>(o[dim], a, b[0], b[1]);
        multiply_add<T>(o[dim + 1], a, b[2], b[3]);
      }
    }
  }
};

// By fused multiply-adds: the weights of a key come from the lane that holds them.
template <>
struct Blend<false> {
  __device__ static __forceinline__ float2 read(uint32_t values, int key, int dim) {
    const int c = threadIdx.x % 4;
    float2 v;
    if constexpr (sizeof(T) == 4) {
      asm volatile("ld.shared.v2.f32 {%0,%1}, [%2];"
                   : "=f"(v.x), "=f"(v.y)
                   : "r"(values + tile_at(key, dim * 2 + c / 2) + c % 2 * 8)
                   : "memory");
    } else {
      uint32_t both;
      asm volatile("ld.shared.u32 %0, [%1];"
                   : "=r"(both)
                   : "r"(values + tile_at(key, dim) + c * 4)
                   : "memory");
      v.x = widen(both);
      v.y = widen(both >> 16);
    }
    return v;
  }

  __device__ static __forceinline__ float widen(uint32_t bits) {
    if constexpr (std::is_same<T, __half>::value) {
      return __half2float(__ushort_as_half(static_cast<unsigned short>(bits)));
    } else {
      return __uint_as_float(bits << 16);
    }
  }

  __device__ static __forceinline__ void add(Mixed& o, const Weights& w, uint32_t values) {
    const int lane = threadIdx.x % WARP;
#pragma unroll
    for (int line = 0; line < LINES; line++)
#pragma unroll
      for (int column = 0; column < 2; column++)
#pragma unroll 1
        for (int holder = 0; holder < 4; holder++) {
          const float w0 = from_lane(w[line][column], (lane & 28) + holder);
          const float w1 = from_lane(w[line][2 + column], (lane & 28) + holder);
#pragma unroll
          for (int dim = 0; dim < BLOCKS_OF_8; dim++) {
            const float2 v = read(values, line * 8 + holder * 2 + column, dim);
            o[dim][0] = fmaf(w0, v.x, o[dim][0]);
            o[dim][1] = fmaf(w0, v.y, o[dim][1]);
            o[dim][2] = fmaf(w1, v.x, o[dim][2]);
            o[dim][3] = fmaf(w1, v.y, o[dim][3]);
          }
        }
  }
};

// Computes elements of this lane again that a value which their query does not see may have spoilt.
__device__ __forceinline__ void mend(const UnfusedParameter& p, bool softmax,
                                     const GemmPlace& place, int firstDim) {
#pragma unroll 1
  for (int half = 0; half < 2; half++) {
    const int3 at = place.query(p, row_of_lane() + half * 8);
    if (!place.holds(at)) continue;
    const int token = place.token(p, at);
    T* const output = elements_of<T>(p.output, token) + blockIdx.y * p.valueDim;
#pragma unroll 1
    for (int i = 0; i < BLOCKS_OF_8 * 2; i++) {
      const int dim = firstDim + i / 2 * 8 + threadIdx.x % 4 * 2 + i % 2;
      if (dim < p.valueDim && !(fabsf(to_float(output[dim])) < INFINITY)) {
        round_to(output[dim], mix_one<T>(p, softmax, token, blockIdx.y, dim));
      }
    }
  }
}

}  // namespace sparkhood

extern "C" __global__ void __launch_bounds__(sparkhood::THREADS, 4)
    SPARKHOOD_NAME(const __grid_constant__ sparkhood::UnfusedParameter p) {
  using namespace sparkhood;
  extern __shared__ __align__(1024) char shared[];
  const uint32_t ring = shared_address(shared);
  const bool softmax = !SPARKHOOD_TENSOR_CORES && p.softmax;
  const int valueChunks = (p.valueDim + CHUNK_DIMS<T> - 1) / CHUNK_DIMS<T>;
  const int firstDim = blockIdx.x % valueChunks * CHUNK_DIMS<T>;
  const GemmPlace place(p, blockIdx.x / valueChunks);
  if (place.empty()) return;
  const int element = blockIdx.y / p.headsPerKeyHead * p.valueDim;
  const auto copy = [&](int number) {
    copy_tile<T>(ring + number % 2 * TILE_BYTES,
                 number < place.windowTiles ? p.value : p.additionalValues, element, firstDim,
                 p.valueDim, [&](int row) { return place.key_token(p, number, row); });
    copies_commit();
  };

  copy(0);
  float maximum[2] = {-INFINITY, -INFINITY}, sum[2] = {0, 0};
  if (softmax) find_maxima(p, place, maximum);
  Mixed o;
#pragma unroll
  for (int i = 0; i < BLOCKS_OF_8 * 4; i++) o[i / 4][i % 4] = 0;
#pragma unroll 1
  for (int number = 0; number < place.tiles; number++) {
    copies_wait<0>();
    __syncthreads();  // this stage is filled, and everybody is done with the other
    if (number + 1 < place.tiles) copy(number + 1);
    Weights w;
    gather(p, softmax, place, number, maximum, sum, w);
    Blend<SPARKHOOD_TENSOR_CORES>::add(o, w, ring + number % 2 * TILE_BYTES);
  }
  bool spoilt = false;
#pragma unroll
  for (int half = 0; half < 2; half++) {
    sum[half] += from_lane_xor(sum[half], 1);
    sum[half] += from_lane_xor(sum[half], 2);
    const int3 at = place.query(p, row_of_lane() + half * 8);
    if (!place.holds(at)) continue;
    T* const output = elements_of<T>(p.output, place.token(p, at)) + blockIdx.y * p.valueDim;
#pragma unroll
    for (int i = 0; i < BLOCKS_OF_8 * 2; i++) {
      const int dim = firstDim + i / 2 * 8 + threadIdx.x % 4 * 2 + i % 2;
      if (dim >= p.valueDim) continue;
      const float mixed = o[i / 2][half * 2 + i % 2];
      spoilt = spoilt || !(fabsf(mixed) < INFINITY);
      round_to(output[dim], softmax ? mixed / sum[half] : mixed);
    }
  }
  if (spoilt) mend(p, softmax, place, firstDim);
}
