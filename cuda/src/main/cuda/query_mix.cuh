// One element of the output of one query and head, slot after slot.
//
//   output = sum over the slots that have a key of weight * value
//   weight = what lies in the slot, or e^(it - maximum) / sum
#pragma once
#include "elements.cuh"
#include "query_window.cuh"

namespace sparkhood {

__device__ __forceinline__ float largest(const UnfusedParameter& p, const QueryWindow& window,
                                         const float* slots) {
  float most = -INFINITY;
  window.for_each(p, [&](int slot, int) { most = fmaxf(most, slots[slot]); });
#pragma unroll 1
  for (int slot = p.slotCount - p.additionalTokens; slot < p.slotCount; slot++) {
    most = fmaxf(most, slots[slot]);
  }
  return most;
}

// While all scores are -infinity 0 takes the place of the maximum: weights are 0, never NaN.
__device__ __forceinline__ float weight_of(bool softmax, float slot, float maximum) {
  const float zero = maximum == -INFINITY ? 0.f : maximum;
  return softmax ? exp2_approximate((slot - zero) * LOG2_E) : slot;
}

template <typename T>
__device__ __forceinline__ float mix_one(const UnfusedParameter& p, bool softmax, int token, int head,
                                         int dim) {
  const QueryWindow window(p, token);
  const float* const slots = slots_of(p, token, head);
  const int element = head / p.headsPerKeyHead * p.valueDim + dim;
  const float maximum = softmax ? largest(p, window, slots) : 0.f;
  float sum = 0, mixed = 0;
  const auto take = [&](int slot, const T* value) {
    const float weight = weight_of(softmax, slots[slot], maximum);
    sum += weight;
    mixed = fmaf(weight, to_float(value[element]), mixed);
  };
  window.for_each(p, [&](int slot, int at) { take(slot, elements_of<T>(p.value, at)); });
  const int onGrid = p.slotCount - p.additionalTokens;
#pragma unroll 1
  for (int i = 0; i < p.additionalTokens; i++) {
    take(onGrid + i, elements_of<T>(p.additionalValues, i));
  }
  return softmax ? mixed / sum : mixed;
}

}  // namespace sparkhood
