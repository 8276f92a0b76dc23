// Makes weights of the scores of a query and head, in place: one warp for each, whose lanes share
// its slots.
//
//   weight    = e^(score - maximum) / sum
//   logSumExp = maximum + ln(sum)
//
//   grid   (ceil(tokens x heads / WARPS), 1, batch)
//
// Slots without a key hold -infinity, and get the weight 0. Where all scores are -infinity, weights
// and logSumExp are NaN.
#include "elements.cuh"
#include "unfused_parameter.cuh"

extern "C" __global__ void __launch_bounds__(sparkhood::THREADS, sparkhood::BLOCKS)
    SPARKHOOD_NAME(const __grid_constant__ sparkhood::UnfusedParameter p) {
  using namespace sparkhood;
  const int lane = threadIdx.x % WARP;
  const unsigned query = blockIdx.x * (THREADS / WARP) + threadIdx.x / WARP;
  const int head = query % p.heads, token = query / p.heads;
  if (token >= p.tokens) return;
  float* const slots = slots_of(p, token, head);
  float maximum = -INFINITY;
#pragma unroll 4
  for (int i = lane; i < p.slotCount; i += WARP) maximum = fmaxf(maximum, slots[i]);
#pragma unroll
  for (int mask = WARP / 2; mask > 0; mask /= 2) {
    maximum = fmaxf(maximum, from_lane_xor(maximum, mask));
  }
  const float zero = maximum == -INFINITY ? 0.f : maximum;
  float sum = 0;
#pragma unroll 4
  for (int i = lane; i < p.slotCount; i += WARP) {
    sum += exp2_approximate((slots[i] - zero) * LOG2_E);
  }
#pragma unroll
  for (int mask = WARP / 2; mask > 0; mask /= 2) sum += from_lane_xor(sum, mask);
  const float inverse = 1 / sum;
#pragma unroll 4
  for (int i = lane; i < p.slotCount; i += WARP) {
    slots[i] = exp2_approximate((slots[i] - zero) * LOG2_E) * inverse;
  }
  if (lane == 0 && p.logSumExp.data) {
    elements_of<float>(p.logSumExp, token)[head] = sum == 0 ? NAN : maximum + logf(sum);
  }
}
