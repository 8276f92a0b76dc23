// Neighborhood attention, forward, fused: scores, softmax and the mean of the values in one pass
// over the keys.
//
//   grid   (query tiles x dilation groups, heads, batch)
//   block  128 threads = 4 warps of 16 queries, or 32
//
//            the window union of the query tile, from its exact start on, key tile by key tile
//           ┌─────┬─────┬─────┐┄┄┄┄┄┐ additional
//  query    │ rim │ rim │ rim │     ┆ keys    shared: STAGES x (keys, values), filled ahead
//  tile     ├─────┼─────┼─────┤ and ┆         registers: queries, scores S, output O,
//  (box of  │ rim │ all │ rim │ then┆                    maximum and sum per query
//  QUERIES) ├─────┼─────┼─────┤     ┆
//           │ rim │ rim │ rim │     ┆         rim: a mask is needed; all: none is
//           └─────┴─────┴─────┘┄┄┄┄┄┘         a warp skips what none of its queries sees
//
// Tiles are boxes of the token grid (see tile_place.cuh): 1, 2 and 3 axes are one code, and so are
// strides, dilation and causal axes, which are all in the tables. Exponents are powers of two: the
// scores' factor includes log2(e).
//
// Numbers that are not finite: a masked score is -infinity whatever it was. A query all of whose
// scores so far are -infinity keeps weights of 0, never -infinity - -infinity. NaN scores make the
// sum NaN, and so the output. A weight of 0 times a value that is not finite is NaN although the
// query does not see it; such rows are computed again, see exact_row.cuh.
//
// Reads   query, key, value, additionalKeys, additionalValues (heads-last), bias, windows
// Writes  output [batch, tokens, heads, valueDim], logSumExp [batch, tokens, heads]
// Offsets are 32-bit inside a row of the batch, 64-bit from row to row.
// Twin of: LaunchPlan.java (grid, boxes), ForwardParameter.java, EntryPointShape.java (constants),
// AxisWindow.java (tables).
#pragma once
#include "split_math.cuh"
#include "tensor_core_math.cuh"
#include "tile_output.cuh"
#include "tile_stream.cuh"

namespace sparkhood {

template <typename Shape>
using TileMath =
    typename std::conditional<Shape::SIXTEEN_BITS, TensorCoreMath<Shape>, SplitMath<Shape>>::type;

// How much of a tile of keys a warp needs.
enum class Need { NOTHING, RIM, ALL };

template <typename Shape>
__device__ __forceinline__ Need need_of(const ForwardParameter& p, const StreamWindows<Shape>& tile,
                                        const int4& contents) {
  if (contents.w > 0) return contents.w >= Shape::KEYS ? Need::ALL : Need::RIM;
  const Reach* const reach = tile.reach + threadIdx.x / WARP * 3;
  const Reach rz = reach[0], ry = reach[1], rx = reach[2];
  const int z = Shape::KEYS >> (p.keyShift[0] + p.keyShift[1]);
  const int y = 1 << p.keyShift[0], x = 1 << p.keyShift[1];
  if (!touches(rz, contents.x, z) || !touches(ry, contents.y, y) || !touches(rx, contents.z, x)) {
    return Need::NOTHING;
  }
  const bool all =
      covers(rz, contents.x, z) && covers(ry, contents.y, y) && covers(rx, contents.z, x);
  return all ? Need::ALL : Need::RIM;
}

// Masks, and with a bias turns scores into exponents.
template <typename Shape, bool BIAS>
__device__ __forceinline__ void prepare(float (&s)[Shape::BLOCKS][Shape::LINES][4],
                                        const ForwardParameter& p, const BlockPlace& block,
                                        const TileWindows<Shape>& tile, const int4& contents,
                                        Need need) {
  const bool additional = contents.w > 0;
  const Places key{contents.x, contents.y, contents.z};
  KeyMask<Shape> mask;
  if (BIAS) mask.fill(0xff);
  if (need == Need::RIM) {
    if (additional) {
      mask.see_first(contents.w);
    } else {
      mask.see(p, tile, key);
    }
    if (!BIAS || additional) hide<Shape>(s, mask);
  }
  if (BIAS) {
    if (additional) {
      scale<Shape>(s, p.factor);
    } else {
      add_bias<Shape>(s, mask, p, block, key);
    }
  }
}

template <typename Shape, bool BIAS>
__device__ __forceinline__ void attend(const ForwardParameter& p) {
  constexpr int STAGES = Shape::STAGES;
  extern __shared__ __align__(1024) char shared[];

  const BlockPlace block(p, blockIdx.x, Shape::QUERIES);
  if (block.empty()) return;
  StreamWindows<Shape> tile(shared);
  tile.load(p, block);
  __syncthreads();
  tile.find_reach(p, block);

  TileStream<Shape> stream(p, block, tile, shared_address(shared));
  stream.copy_queries(block);
#pragma unroll 1
  for (int stage = 0; stage < STAGES - 1; stage++) stream.copy_tile(stage, stage);
  copies_wait<STAGES - 1>();
  __syncthreads();  // the queries have come
  TileMath<Shape> math;
  math.start(stream.ring + Shape::QUERIES_AT, p.queryFlip);

  float o[Shape::BLOCKS][Shape::DIM / 8][4];
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * Shape::DIM / 2; i++) {
    o[i / (Shape::DIM / 2)][i / 4 % (Shape::DIM / 8)][i % 4] = 0;
  }
  Softmax<Shape> softmax;
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * 2; i++) {
    softmax.maximum[i / 2][i % 2] = -INFINITY;
    softmax.sum[i / 2][i % 2] = 0;
  }

  int stage = 0;
  for (int number = 0; number < stream.tiles; number++) {
    copies_wait<STAGES - 2>();
    __syncthreads();  // this stage is filled, and everybody is done with the one to be filled next
    stream.copy_tile(number + STAGES - 1, stage == 0 ? STAGES - 1 : stage - 1);
    const uint32_t keys = stream.ring + stage * Shape::STAGE_BYTES;
    const int4 contents = tile.contents[stage];
    if (++stage == STAGES) stage = 0;
    const Need need = need_of<Shape>(p, tile, contents);
    if (need == Need::NOTHING) continue;

    float s[Shape::BLOCKS][Shape::LINES][4];
    math.scores(s, keys);
    prepare<Shape, BIAS>(s, p, block, tile, contents, need);
    soften<Shape, BIAS>(s, o, softmax, p.factor);
    math.blend(o, s, keys + Shape::KEY_BYTES);
  }
  copies_wait<0>();
  __syncthreads();
  write<Shape, BIAS>(p, shared, tile, o, softmax);
}

}  // namespace sparkhood
