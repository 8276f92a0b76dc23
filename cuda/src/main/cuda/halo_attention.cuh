// Neighborhood attention, forward, fused, for small windows: all keys that a block's queries see
// are loaded at once, and after one barrier every warp goes its own way through them.
//
//   grid   (query tiles x dilation groups, heads, batch)
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
// Beside the stream (neighborhood_attention.cuh) a warp visits fewer keys: the tiles of the stream
// are those of the whole block. Everything else is the same and mostly the same code: tiles, tables
// of windows, softmax, what becomes of numbers that are not finite, how rows are written.
//
// Reads   query, key, value, additionalKeys, additionalValues (heads-last), bias, windows
// Writes  output [batch, tokens, heads, valueDim], logSumExp [batch, tokens, heads]
// Twin of: LaunchPlan.java (grid, boxes, haloRows), ForwardParameter.java, EntryPointShape.java.
#pragma once
#include "halo_math.cuh"
#include "halo_sight.cuh"
#include "tile_output.cuh"

namespace sparkhood {

template <typename Shape>
__device__ __forceinline__ void copy_queries(const ForwardParameter& p, const BlockPlace& block,
                                             const TokenSteps& steps, uint32_t to) {
  using Loader = TileLoader<Shape>;
  const HeadRows<typename Shape::Element> queries(p.query, blockIdx.z, blockIdx.y, p.headDim,
                                                  steps.first);
  const Places at = block.query(p, Loader::row_of_lane());
  Loader::template load_rows<Shape::QUERIES>(to, queries,
                                             block.holds(at) ? steps.token(p, at) : -1);
}

// From a step to the next, row-major; beyond the last z is.
__device__ __forceinline__ void advance(Places& at, const Places& extent, const Places& step) {
  at.x += step.x;
  if (at.x < extent.x) return;
  at.x = 0;
  at.y += step.y;
  if (at.y < extent.y) return;
  at.y = 0;
  at.z += step.z;
}

template <typename Shape, bool BIAS>
__device__ __forceinline__ void attend_halo(const ForwardParameter& p) {
  extern __shared__ __align__(1024) char shared[];

  const BlockPlace block(p, blockIdx.x, Shape::QUERIES);
  if (block.empty()) return;
  const TokenSteps steps(p, block.group);
  const uint32_t queries = shared_address(shared) + Shape::QUERIES_AT;
  copy_queries<Shape>(p, block, steps, queries);
  HaloKeys<Shape> keys(p, block, steps, shared_address(shared));
  TileWindows<Shape> tile(shared);
  tile.load(p, block);

  float o[1][Shape::DIM / 8][4];
#pragma unroll
  for (int i = 0; i < Shape::DIM / 2; i++) o[0][i / 4][i % 4] = 0;
  Softmax<Shape> softmax;
#pragma unroll
  for (int half = 0; half < 2; half++) {
    softmax.maximum[0][half] = -INFINITY;
    softmax.sum[0][half] = 0;
  }
  HaloMath<Shape> math;
  HaloSight<Shape, BIAS> sight;

  int next = 0;  // additional token that comes after what is in shared memory
  int shift[2] = {p.keyShift[0], p.keyShift[1]};
#pragma unroll 1
  while (true) {
    keys.copy();
    copies_commit();
    copies_wait<0>();
    __syncthreads();
    math.start(queries, p.queryFlip);
    if (next == 0) {
      sight.look(p, block, tile);
    } else {
      sight.look_at_first(keys.extent.x);
    }
    const Places offset = next == 0 ? Places{sight.reach.z - keys.from.z,
                                             sight.reach.y - keys.from.y,
                                             sight.reach.x - keys.from.x}
                                    : Places{0, 0, 0};
    const Places step{Shape::KEYS >> (shift[0] + shift[1]), 1 << shift[0], 1 << shift[1]};
#pragma unroll 1
    for (Places at{0, 0, 0}; at.z < sight.extent.z; advance(at, sight.extent, step)) {
      float s[1][Shape::LINES][4];
      math.find(keys, {offset.z + at.z, offset.y + at.y, offset.x + at.x}, shift);
      math.scores(s);
      sight.mask(s, p, at, shift, next > 0);
      soften<Shape, BIAS>(s, o, softmax, p.factor);
      math.blend(o, s, keys.valueBytes);
    }
    if (next >= p.additionalTokens) break;
    __syncthreads();  // everybody is done with what is overwritten now
    keys.turn_to_additional(p, next);
    next += keys.extent.x;
    shift[0] = 0;
    shift[1] = Shape::KEYS_LOG2;
  }
  __syncwarp();  // the rows lie where the warp's queries lay
  write<Shape, BIAS>(p, shared, tile, o, softmax);
}

}  // namespace sparkhood
