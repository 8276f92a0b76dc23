// The one parameter of every entry point. Twin of: ForwardParameter.java, which writes it field by
// field.
#pragma once

namespace sparkhood {

// Elements of [batch, tokens, heads, dim], where tokens lie tokenStride elements apart.
struct Tensor {
  char* data;
  long long batchStride;  // elements
  int tokenStride;        // elements; one row of the batch stays within 32-bit offsets
  int wholeChunks;        // 1: every (token, head) starts on a multiple of 16 bytes
};

// Axes are z, y, x; those that the operator lacks have extent 1. Places count inside a dilation
// group.
struct ForwardParameter {
  Tensor query;             // [batch, tokens, heads, headDim]
  Tensor key;               // [batch, tokens, heads / headsPerKeyHead, headDim]
  Tensor value;             // [batch, tokens, heads / headsPerKeyHead, valueDim]
  Tensor additionalKeys;    // [batch, additionalTokens, heads / headsPerKeyHead, headDim]
  Tensor additionalValues;  // [batch, additionalTokens, heads / headsPerKeyHead, valueDim]
  Tensor output;            // [batch, tokens, heads, valueDim]
  Tensor logSumExp;         // [batch, tokens, heads] float32, or data = 0
  const float* bias;        // [heads, biasWidth[0], biasWidth[1], biasWidth[2]]
  const int2* windows;  // [extent[0] + extent[1] + extent[2]] first place and end of each position
  int extent[3];
  int dilation[3];
  int queryTiles[3];   // tiles of the longest dilation group
  int queryShift[2];   // log2 of the query tile's extent on y and x
  int keyShift[2];     // the same of the key tile
  int keyPatterns[2];  // what repeats a pattern of one z, and of one line, over 8 bits: see KeyMask
  int biasWidth[3];    // 2 kernelSize - 1
  int headsPerKeyHead;
  int headDim;
  int valueDim;
  int additionalTokens;
  unsigned
      queryFlip;  // 0x80008000 if the scale is negative, to be flipped in every pair of queries
  float factor;   // |scale| * log2(e), at least the smallest normal number
  int haloRows;   // keys that shared memory holds at once; 0 where they are streamed
  int batch;      // rows; blocks of halos take several
};

static_assert(sizeof(Tensor) == 24, "written by ForwardParameter.java");
static_assert(sizeof(ForwardParameter) == 288, "written by ForwardParameter.java");

}  // namespace sparkhood
