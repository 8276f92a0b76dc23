// The scores of neighborhood attention as the paper's naive kernel computes them: one thread for
// each query, head and slot, which lie in this order in memory.
//
//   scores[slot] = scale * query . key + bias      or -infinity in a slot without a key
//
//   grid   (ceil(tokens x heads x slots / THREADS), 1, batch)
//
// Compiled once per element type, with macros that UnfusedEntryPoint.java holds: SPARKHOOD_NAME,
// SPARKHOOD_ELEMENT.
#include "elements.cuh"
#include "query_window.cuh"

namespace sparkhood {

using T = element::SPARKHOOD_ELEMENT;

__device__ __forceinline__ float dot(const T* query, const T* key, int dim) {
  float sum = 0;
#pragma unroll 4
  for (int i = 0; i < dim; i++) sum = fmaf(to_float(query[i]), to_float(key[i]), sum);
  return sum;
}

// The bias for a key so many places from the query.
__device__ __forceinline__ float bias_of(const UnfusedParameter& p, int head, int z, int y, int x) {
  const long long plane = static_cast<long long>(head) * p.biasWidth[0] + z + p.biasWidth[0] / 2;
  const long long line = plane * p.biasWidth[1] + y + p.biasWidth[1] / 2;
  return __ldg(p.bias + line * p.biasWidth[2] + x + p.biasWidth[2] / 2);
}

}  // namespace sparkhood

extern "C" __global__ void __launch_bounds__(sparkhood::THREADS, sparkhood::BLOCKS)
    SPARKHOOD_NAME(const __grid_constant__ sparkhood::UnfusedParameter p) {
  using namespace sparkhood;
  const unsigned index = blockIdx.x * THREADS + threadIdx.x, query = index / p.slotCount;
  const int slot = index % p.slotCount, head = query % p.heads, token = query / p.heads;
  if (token >= p.tokens) return;
  const T* const queryElements = elements_of<T>(p.query, token) + head * p.headDim;
  const int keyElement = head / p.headsPerKeyHead * p.headDim;
  const int onGrid = p.slotCount - p.additionalTokens;
  float score = -INFINITY;
  if (slot >= onGrid) {
    const T* const key = elements_of<T>(p.additionalKeys, slot - onGrid) + keyElement;
    score = p.scale * dot(queryElements, key, p.headDim);
  } else {
    const QueryWindow window(p, token);
    const int line = slot / p.kernelSize[2], dx = slot % p.kernelSize[2];
    const int dy = line % p.kernelSize[1], dz = line / p.kernelSize[1];
    if (dz < window.z.count && dy < window.y.count && dx < window.x.count) {
      const T* const key = elements_of<T>(p.key, window.token(p, dz, dy, dx)) + keyElement;
      const float product = dot(queryElements, key, p.headDim);
      const float bias = p.bias ? bias_of(p, head, window.z.first + dz - window.z.place,
                                          window.y.first + dy - window.y.place,
                                          window.x.first + dx - window.x.place)
                                : 0.f;
      score = fmaf(p.scale, product, bias);
    }
  }
  slots_of(p, token, head)[slot] = score;
}
