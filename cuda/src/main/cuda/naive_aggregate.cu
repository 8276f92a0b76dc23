// Values mixed with weights, or with the softmax of scores, as the paper's naive kernel does it:
// one thread for each query, head and element of the output, which lie in this order in memory.
//
//   grid   (ceil(tokens x heads x valueDim / THREADS), 1, batch)
//
// Slots without a key are not read. Compiled once per element type, with macros that
// UnfusedEntryPoint.java holds: SPARKHOOD_NAME, SPARKHOOD_ELEMENT.
#include "query_mix.cuh"

extern "C" __global__ void __launch_bounds__(sparkhood::THREADS, sparkhood::BLOCKS)
    SPARKHOOD_NAME(const __grid_constant__ sparkhood::UnfusedParameter p) {
  using namespace sparkhood;
  using T = element::SPARKHOOD_ELEMENT;
  const unsigned index = blockIdx.x * THREADS + threadIdx.x, query = index / p.valueDim;
  const int dim = index % p.valueDim, head = query % p.heads, token = query / p.heads;
  if (token >= p.tokens) return;
  T* const output = elements_of<T>(p.output, token) + head * p.valueDim + dim;
  round_to(*output, mix_one<T>(p, p.softmax, token, head, dim));
}
