// The one parameter of every entry point of attention in several launches: scores, softmax,
// aggregate. Twin of: UnfusedParameter.java, which writes it field by field.
//
// The slots of a query are its window, row-major, slot t of an axis being the key at place first +
// t, and then the additional keys. Where an axis is causal the last slots may have no key.
#pragma once
#include "primitives.cuh"

namespace sparkhood {

// [batch, tokens, ...], where the elements of a token lie side by side. Offsets are 64-bit.
struct Rows {
  char* data;
  long long rowStride;    // elements
  long long tokenStride;  // elements
};

// Axes are z, y, x; those that the operator lacks have extent 1. Places count inside a dilation
// group.
struct UnfusedParameter {
  Rows query;             // [batch, tokens, heads, headDim]
  Rows key;               // [batch, tokens, heads / headsPerKeyHead, headDim]
  Rows value;             // [batch, tokens, heads / headsPerKeyHead, valueDim]
  Rows additionalKeys;    // [batch, additionalTokens, heads / headsPerKeyHead, headDim]
  Rows additionalValues;  // [batch, additionalTokens, heads / headsPerKeyHead, valueDim]
  Rows slots;             // [batch, tokens, heads, slotCount] float32: scores, or weights
  Rows output;            // [batch, tokens, heads, valueDim]
  Rows logSumExp;         // [batch, tokens, heads] float32, or data = 0
  const float* bias;      // [heads, biasWidth[0], biasWidth[1], biasWidth[2]], or 0
  const int2* windows;  // [extent[0] + extent[1] + extent[2]] first place and end of each position
  int extent[3];
  int dilation[3];
  int kernelSize[3];
  int biasWidth[3];  // 2 kernelSize - 1
  int tokens;
  int heads;
  int headsPerKeyHead;
  int headDim;
  int valueDim;
  int additionalTokens;
  int slotCount;
  int softmax;  // 1: what lies in the slots are scores, of which the softmax makes weights
  float scale;
  int queryTiles[3];  // tiles of the longest dilation group
  int queryShift[2];  // log2 of the query tile's extent on y and x
  int keyShift[2];    // the same of the key tile
};

static_assert(sizeof(Rows) == 24, "written by UnfusedParameter.java");
static_assert(sizeof(UnfusedParameter) == 320, "written by UnfusedParameter.java");

// Of a block, and blocks of a multiprocessor: as many threads as one of compute capability 8.6 runs.
constexpr int THREADS = 128, BLOCKS = 12;

// The elements of a token.
template <typename T>
__device__ __forceinline__ T* elements_of(const Rows& rows, int token) {
  return reinterpret_cast<T*>(rows.data) + blockIdx.z * rows.rowStride + token * rows.tokenStride;
}

// The slots of a query and head.
__device__ __forceinline__ float* slots_of(const UnfusedParameter& p, int token, int head) {
  return elements_of<float>(p.slots, token) + static_cast<long long>(head) * p.slotCount;
}

namespace element {
using float32 = float;
using float16 = __half;
using bfloat16 = __nv_bfloat16;
}  // namespace element

}  // namespace sparkhood
