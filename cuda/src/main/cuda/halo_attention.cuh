// Neighborhood attention, forward, fused, for small windows: all keys that a block's queries see
// are loaded at once, and after one barrier every warp goes its own way through them.
//
//   grid   (query tiles x dilation groups, heads, rows of the batch taken in turn)
//   block  WARPS warps of 16 queries
//
//            the halo of the query tile, in shared memory
//           ┌───────────────────────┐
//           │   ┌───────────┐       │   a warp's 16 queries, and around them all that they see,
//           │   │ ┌───────┐ │       │   in steps of KEYS keys: boxes that start where the first
//           │   │ │queries│ │       │   window starts, whose rows are addressed one by one
//           │   │ └───────┘ │       │
//           │   └───────────┘       │   registers: queries, scores S, output O, maximum and sum
//           └───────────────────────┘
//
// Where queries and keys lie and who sees whom is the same in every row of the batch: a block finds
// it out once (halo_steps.cuh) and takes rows gridDim.z apart.
//
// Beside the stream (neighborhood_attention.cuh) a warp visits fewer keys: the tiles of the stream
// are those of the whole block. And it can go through them a second time, so that it need not look
// for a maximum the first time (halo_softmax.cuh). Everything else is the same and mostly the same
// code: tiles, tables of windows, what becomes of numbers that are not finite, how rows are written.
//
// Reads   query, key, value, additionalKeys, additionalValues (heads-last), bias, windows
// Writes  output [batch, tokens, heads, valueDim], logSumExp [batch, tokens, heads]
// Twin of: LaunchPlan.java (grid), TileBoxes.java (boxes, haloRows, haloSteps),
// ForwardParameter.java, EntryPointShape.java.
#pragma once
#include "halo_math.cuh"
#include "halo_queries.cuh"
#include "halo_softmax.cuh"
#include "halo_steps.cuh"

namespace sparkhood {

template <typename Shape, bool BIAS>
__device__ __forceinline__ void attend_halo(const ForwardParameter& p) {
  using Rows = HeadRows<typename Shape::Element>;
  extern __shared__ __align__(1024) char shared[];

  const BlockPlace block(p, blockIdx.x, Shape::QUERIES);
  if (block.empty()) return;
  const TokenSteps tokens(p, block.group);
  const HaloBox halo(p, block, Shape::QUERIES);
  const HaloKeys<Shape> keys(p, shared);
  keys.find_tokens(p, tokens, halo);
  const HaloQueries<Shape> queries(p, block, tokens, shared);
  TileWindows<Shape> tile(shared);
  tile.load(p, block);
  __syncthreads();
  const HaloSteps<Shape, BIAS> steps(p, block, tile, halo, shared);
  const int keyHead = blockIdx.y / p.headsPerKeyHead;

#pragma unroll 1
  for (int batch = blockIdx.z; batch < p.batch; batch += gridDim.z) {
    queries.copy(Rows(p.query, batch, blockIdx.y, p.headDim));
    Rows key(p.key, batch, keyHead, p.headDim);
    Rows value(p.value, batch, keyHead, p.valueDim);
    int rows = halo.rows(), count = steps.count;
    HaloSoftmax<Shape> softmax;
    softmax.start(p.additionalTokens > 0);
    HaloMath<Shape> math;

    int next = 0;  // additional token that is copied next
    bool additional = false;
#pragma unroll 1
    while (true) {
      keys.copy(rows, key, value, additional, next);
      copies_commit();
      copies_wait<0>();
      __syncthreads();
      math.start(queries.to, p.queryFlip);
#pragma unroll 1
      do {
#pragma unroll 1
        for (int i = 0; i < count; i++) {
          const HaloStep step = additional ? steps.of_additional(i, rows) : steps.at(i);
          float s[1][Shape::LINES][4];
          math.find(step.keyRows, step.valueRows, keys.valueBytes);
          math.scores(s);
          steps.mask(s, p, step.sight, additional);
          softmax.template weigh<BIAS>(s, p.factor);
          math.blend(softmax.o, s);
        }
      } while (!softmax.good(count));
      if (additional) next += rows;
      if (next >= p.additionalTokens) break;
      __syncthreads();  // everybody is done with what is overwritten now
      key = Rows(p.additionalKeys, batch, keyHead, p.headDim);
      value = Rows(p.additionalValues, batch, keyHead, p.valueDim);
      rows = min(p.haloRows, p.additionalTokens - next);
      if (count > 0) count = (rows + Shape::KEYS - 1) / Shape::KEYS;
      additional = true;
    }
    __syncwarp();  // the rows lie where the warp's queries lay
    if (softmax.shifted) softmax.unite();
    queries.template write<BIAS>(p, batch, shared, tile, softmax.o, softmax.state);
    __syncthreads();  // everybody is done with this row
  }
}

}  // namespace sparkhood
