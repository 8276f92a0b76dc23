// The scores of neighborhood attention as an implicit batched matrix product: a block is 64 queries
// of one head against all keys that one of them sees, 64 at a time, 128 bytes of the head dim at a
// time; each sum goes to the slot that its key has for its query.
//
//   grid    (query tiles x dilation groups, heads, batch)
//   block   128 threads = 4 warps of 16 queries
//   shared  2 stages of { queries[64][128 bytes], keys[64][128 bytes] }, one filled ahead
//
// 16-bit elements are multiplied by tensor cores, float32 by fused multiply-adds in the same
// fragments. Masked pairs are computed and left: what is not seen reaches no slot. Compiled once
// per element type, with macros that UnfusedEntryPoint.java holds: SPARKHOOD_NAME,
// SPARKHOOD_ELEMENT.
#include <type_traits>

#include "gemm_tile.cuh"

namespace sparkhood {

using T = element::SPARKHOOD_ELEMENT;
using Sums = float[LINES][4];  // queries r, r + 8 (r = lane / 4) against keys 8n + 2c, 8n + 2c + 1

// Adds the products of one chunk of the head dim.
template <typename U>
__device__ __forceinline__ void multiply(Sums& s, uint32_t queries, uint32_t keys) {
  const int lane = threadIdx.x % WARP, row = threadIdx.x / WARP * 16;
  queries += tile_at(row + lane % 16, lane / 16);
  keys += tile_at(lane % 8 + (lane & 16) / 2, lane / 8 % 2);
#pragma unroll
  for (int step = 0; step < 4; step++) {
    uint32_t a[4];
    load_matrices(a, queries ^ (step << 5));
#pragma unroll
    for (int line = 0; line < LINES; line += 2) {
      uint32_t b[4];
      load_matrices(b, (keys ^ (step << 5)) + line * 8 * ROW_BYTES);
      multiply_add<U>(s[line], a, b[0], b[1]);
      multiply_add<U>(s[line + 1], a, b[2], b[3]);
    }
  }
}

__device__ __forceinline__ float dot(const float4& a, const float4& b, float sum) {
  return fmaf(a.w, b.w, fmaf(a.z, b.z, fmaf(a.y, b.y, fmaf(a.x, b.x, sum))));
}

template <>
__device__ __forceinline__ void multiply<float>(Sums& s, uint32_t queries, uint32_t keys) {
  const int lane = threadIdx.x % WARP, row = row_of_lane();
#pragma unroll 1
  for (int part = 0; part < 8; part++) {
    const float4 q0 = read4(queries + tile_at(row, part));
    const float4 q1 = read4(queries + tile_at(row + 8, part));
#pragma unroll
    for (int line = 0; line < LINES; line++)
#pragma unroll
      for (int column = 0; column < 2; column++) {
        const float4 k = read4(keys + tile_at(line * 8 + lane % 4 * 2 + column, part));
        s[line][column] = dot(q0, k, s[line][column]);
        s[line][2 + column] = dot(q1, k, s[line][2 + column]);
      }
  }
}

// Slots without a key, which causal axes have, get -infinity.
__device__ __forceinline__ void clear(const UnfusedParameter& p, const GemmPlace& place) {
#pragma unroll 1
  for (int i = 0; i < 16; i++) {
    const QuerySight sight(p, place, threadIdx.x / WARP * 16 + i);
    const bool whole = sight.stop.z - sight.start.z == p.kernelSize[0] &&
                       sight.stop.y - sight.start.y == p.kernelSize[1] &&
                       sight.stop.x - sight.start.x == p.kernelSize[2];
    if (!sight.there || whole) continue;
#pragma unroll 1
    for (int slot = threadIdx.x % WARP; slot < p.slotCount - p.additionalTokens; slot += WARP) {
      if (!sight.has_key(p, slot)) sight.slots[slot] = -INFINITY;
    }
  }
}

__device__ __forceinline__ void scatter(const UnfusedParameter& p, const GemmPlace& place,
                                        int number, const Sums& s) {
#pragma unroll
  for (int half = 0; half < 2; half++) {
    const QuerySight sight(p, place, row_of_lane() + half * 8);
    const auto set = [&](int slot, int line, int column, float bias) {
      sight.slots[slot] = fmaf(p.scale, s[line][half * 2 + column], bias);
    };
    sight.for_each(
        p, place, number,
        [&](int slot, int line, int column, const int3& key) {
          float bias = 0;
          if (p.bias) {
            const int z = key.z - sight.at.z + p.biasWidth[0] / 2;
            const int y = key.y - sight.at.y + p.biasWidth[1] / 2;
            const int x = key.x - sight.at.x + p.biasWidth[2] / 2;
            const long long plane = static_cast<long long>(blockIdx.y) * p.biasWidth[0] + z;
            bias = __ldg(p.bias + (plane * p.biasWidth[1] + y) * p.biasWidth[2] + x);
          }
          set(slot, line, column, bias);
        },
        [&](int slot, int line, int column) { set(slot, line, column, 0); });
  }
}

}  // namespace sparkhood

extern "C" __global__ void __launch_bounds__(sparkhood::THREADS, 4)
    SPARKHOOD_NAME(const __grid_constant__ sparkhood::UnfusedParameter p) {
  using namespace sparkhood;
  extern __shared__ __align__(1024) char shared[];
  const uint32_t ring = shared_address(shared);
  const GemmPlace place(p, blockIdx.x);
  if (place.empty()) return;
  const int keyElement = blockIdx.y / p.headsPerKeyHead * p.headDim;
  const int chunks = (p.headDim + CHUNK_DIMS<T> - 1) / CHUNK_DIMS<T>;
  const int steps = place.tiles * chunks;

  const auto copy = [&](int step) {
    const uint32_t to = ring + step % 2 * 2 * TILE_BYTES;
    const int number = step / chunks, dim = step % chunks * CHUNK_DIMS<T>;
    copy_tile<T>(to, p.query, blockIdx.y * p.headDim, dim, p.headDim, [&](int row) {
      const int3 at = place.query(p, row);
      return place.holds(at) ? place.token(p, at) : -1;
    });
    copy_tile<T>(to + TILE_BYTES, number < place.windowTiles ? p.key : p.additionalKeys, keyElement,
                 dim, p.headDim, [&](int row) { return place.key_token(p, number, row); });
    copies_commit();
  };

  copy(0);
  clear(p, place);
  Sums s;
#pragma unroll
  for (int i = 0; i < LINES * 4; i++) s[i / 4][i % 4] = 0;
#pragma unroll 1
  for (int step = 0; step < steps; step++) {
    copies_wait<0>();
    __syncthreads();  // this stage is filled, and everybody is done with the other
    if (step + 1 < steps) copy(step + 1);
    const uint32_t stage = ring + step % 2 * 2 * TILE_BYTES;
    multiply<T>(s, stage, stage + TILE_BYTES);
    if (step % chunks < chunks - 1) continue;
    scatter(p, place, step / chunks, s);
#pragma unroll
    for (int i = 0; i < LINES * 4; i++) s[i / 4][i % 4] = 0;
  }
}
