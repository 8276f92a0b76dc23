// Neighborhood attention, forward, fused: scores, softmax and the mean of the values in one pass over the keys.
//
//   grid   (query tiles x dilation groups, heads, batch)      block 128 threads = 4 warps of 16 queries (or 32)
//
//            the window union of the query tile, from its exact start on, one key tile of KEYS after the other
//           ┌─────┬─────┬─────┐┄┄┄┄┄┐ additional
//  query    │ rim │ rim │ rim │     ┆ keys           shared: STAGES x (keys, values), filled by cp.async ahead
//  tile     ├─────┼─────┼─────┤ and ┆                registers: queries, scores S, output O,
//  (box of  │ rim │ all │ rim │ then┆                           running maximum and sum per query
//  QUERIES) ├─────┼─────┼─────┤     ┆
//           │ rim │ rim │ rim │     ┆   rim: a mask is needed; all: none is; a warp skips what none of its queries sees
//           └─────┴─────┴─────┘┄┄┄┄┄┘
//
// Tiles are boxes of the token grid (see tile_place.cuh): 1, 2 and 3 axes are one code, and so are strides, dilation and
// causal axes, which are all in the tables. Exponents are powers of two: the scores' factor includes log2(e).
//
// Numbers that are not finite: a masked score is -infinity whatever it was. A query all of whose scores so far are -infinity
// keeps weights of 0, never -infinity - -infinity. NaN scores make the sum NaN, and so the output. A weight of 0 times a value
// that is not finite is NaN although the query does not see it; such rows are computed again, see exact_row.cuh.
//
// Reads   query, key, value, additionalKeys, additionalValues (heads-last), bias, windows     32-bit offsets inside a row
// Writes  output [batch, tokens, heads, valueDim], logSumExp [batch, tokens, heads]            64-bit from row to row
// Twin of: LaunchPlan.java (grid, boxes), ForwardParameter.java, EntryPointShape.java (constants), AxisWindow.java (tables).
#pragma once

#include "exact_row.cuh"
#include "plain_math.cuh"
#include "tensor_core_math.cuh"
#include "tile_loader.cuh"
#include "tile_windows.cuh"

namespace sparkhood {

constexpr float LN_2 = 0.6931471805599453f;

template <typename Shape>
using TileMath = typename std::conditional<Shape::TENSOR_CORES, TensorCoreMath<Shape>, PlainMath<Shape>>::type;

// Running softmax of the queries of a lane: [block][half].
template <typename Shape>
struct Softmax {
  float maximum[Shape::BLOCKS][2];  // of the exponents
  float sum[Shape::BLOCKS][2];      // of this lane's weights
};

// Turns scores into weights relative to the new maximum, and brings the output to it.
template <typename Shape, bool BIAS>
__device__ __forceinline__ void soften(float (&s)[Shape::BLOCKS][Shape::LINES][4],
                                       float (&o)[Shape::BLOCKS][Shape::DIM / 8][4], Softmax<Shape>& softmax,
                                       float factor) {
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * 2; i++) {
    const int m = i / 2, half = i % 2 * 2;
    float largest = s[m][0][half];
#pragma unroll
    for (int line = 0; line < Shape::LINES; line++) {
      largest = fmaxf(largest, fmaxf(s[m][line][half], s[m][line][half + 1]));
    }
    largest = fmaxf(largest, from_lane_xor(largest, 1));
    largest = fmaxf(largest, from_lane_xor(largest, 2));
    float& maximum = softmax.maximum[m][i % 2];
    const float before = maximum;
    maximum = fmaxf(before, BIAS ? largest : largest * factor);
    const float zero = maximum == -INFINITY ? 0.f : maximum;
    const float shrink = exp2_approximate(before - zero);
    float sum = 0;
#pragma unroll
    for (int line = 0; line < Shape::LINES; line++) {
#pragma unroll
      for (int column = 0; column < 2; column++) {
        float& score = s[m][line][half + column];
        score = exp2_approximate(BIAS ? score - zero : fmaf(score, factor, -zero));
        sum += score;
      }
    }
    softmax.sum[m][i % 2] = fmaf(softmax.sum[m][i % 2], shrink, sum);
#pragma unroll
    for (int dim = 0; dim < Shape::DIM / 8; dim++) {
      o[m][dim][half] *= shrink;
      o[m][dim][half + 1] *= shrink;
    }
  }
}

// Masked scores become -infinity.
template <typename Shape>
__device__ __forceinline__ void hide(float (&s)[Shape::BLOCKS][Shape::LINES][4], const KeyMask<Shape>& mask) {
#pragma unroll
  for (int m = 0; m < Shape::BLOCKS; m++)
#pragma unroll
    for (int line = 0; line < Shape::LINES; line++)
#pragma unroll
      for (int i = 0; i < 4; i++) {
        if (!(mask.bits[m][i / 2][i % 2] >> line & 1)) s[m][line][i] = -INFINITY;
      }
}

// Scores become exponents, biased by the distance from query to key; masked ones are not looked up and become -infinity.
template <typename Shape>
__device__ __forceinline__ void add_bias(float (&s)[Shape::BLOCKS][Shape::LINES][4], const KeyMask<Shape>& mask,
                                         const ForwardParameter& p, const BlockPlace& block, const Places& key) {
  const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
  const float* const table =
      p.bias + static_cast<long long>(blockIdx.y) * p.biasWidth[0] * p.biasWidth[1] * p.biasWidth[2];
  const auto index = [&](int z, int y, int x) { return (z * p.biasWidth[1] + y) * p.biasWidth[2] + x; };
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * 2; i++) {
    const Places q = block.query(p, warp * Shape::WARP_QUERIES + i * 8 + lane / 4);
    const int row = index(key.z + p.biasWidth[0] / 2 - min(q.z, block.length.z - 1),
                          key.y + p.biasWidth[1] / 2 - min(q.y, block.length.y - 1),
                          key.x + p.biasWidth[2] / 2 - min(q.x, block.length.x - 1) + 2 * (lane % 4));
#pragma unroll
    for (int line = 0; line < Shape::LINES; line++) {
      const Places at = places_of(line * 8, p.keyShift);
      const float* const from = table + row + index(at.z, at.y, at.x);
#pragma unroll
      for (int column = 0; column < 2; column++) {
        float& score = s[i / 2][line][i % 2 * 2 + column];
        const bool seen = mask.bits[i / 2][i % 2][column] >> line & 1;
        score = seen ? fmaf(score, p.factor, __ldg(from + column) * LOG2_E) : -INFINITY;
      }
    }
  }
}

// Exponents of scores without bias.
template <typename Shape>
__device__ __forceinline__ void scale(float (&s)[Shape::BLOCKS][Shape::LINES][4], float factor) {
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * Shape::LINES * 4; i++) {
    s[i / (Shape::LINES * 4)][i / 4 % Shape::LINES][i % 4] *= factor;
  }
}

// Divides by the sum and puts the warp's rows where whole chunks of them can be read; writes logSumExp.
template <typename Shape>
__device__ __forceinline__ void stage_output(const ForwardParameter& p, const BlockPlace& block, char* rows,
                                             float (&o)[Shape::BLOCKS][Shape::DIM / 8][4], Softmax<Shape>& softmax) {
  using T = typename Shape::Element;
  const int lane = threadIdx.x % WARP, firstRow = threadIdx.x / WARP * Shape::WARP_QUERIES;
  const TokenSteps steps(p, block.group);
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * 2; i++) {
    const int row = i * 8 + lane / 4;
    float& sum = softmax.sum[i / 2][i % 2];
    sum += from_lane_xor(sum, 1);
    sum += from_lane_xor(sum, 2);
    const float inverse = 1 / sum;
#pragma unroll
    for (int dim = 0; dim < Shape::DIM / 8; dim++) {
      const float first = o[i / 2][dim][i % 2 * 2] * inverse, second = o[i / 2][dim][i % 2 * 2 + 1] * inverse;
      if constexpr (Shape::TENSOR_CORES) {
        *reinterpret_cast<uint32_t*>(rows + Shape::at(row, dim) + lane % 4 * 4) = pack<T>(first, second);
      } else {
        *reinterpret_cast<float2*>(rows + Shape::at(row, dim * 2 + lane % 4 / 2) + lane % 2 * 8) =
            make_float2(first, second);
      }
    }
    const Places at = block.query(p, firstRow + row);
    if (p.logSumExp.data && lane % 4 == 0 && block.holds(at)) {
      float* const to = reinterpret_cast<float*>(p.logSumExp.data) + blockIdx.z * p.logSumExp.batchStride +
                        (steps.first + steps.token(p, at)) * p.logSumExp.tokenStride + blockIdx.y;
      // 0 keys with a weight leave no logarithm: NaN, as -infinity - -infinity
      *to = sum == 0 ? NAN : fmaf(softmax.maximum[i / 2][i % 2], LN_2, logf(sum));
    }
  }
}

// How many outputs of the lane's row are not finite where the sum of its weights is, over the four lanes of the row.
template <typename Shape>
__device__ __forceinline__ float count_spoilt(const float (&o)[Shape::BLOCKS][Shape::DIM / 8][4],
                                              const Softmax<Shape>& softmax, int i) {
  float zeros = 0;
#pragma unroll
  for (int dim = 0; dim < Shape::DIM / 8; dim++) {
    zeros = fmaf(o[i / 2][dim][i % 2 * 2], 0, zeros);
    zeros = fmaf(o[i / 2][dim][i % 2 * 2 + 1], 0, zeros);
  }
  float spoilt = zeros != 0 && softmax.sum[i / 2][i % 2] == softmax.sum[i / 2][i % 2] ? 1 : 0;
  spoilt += from_lane_xor(spoilt, 1);
  return spoilt + from_lane_xor(spoilt, 2);
}

// Computes spoilt rows of the warp again.
template <typename Shape, bool BIAS>
__device__ __forceinline__ void mend(const ForwardParameter& p, const BlockPlace& block,
                                     const TileWindows<Shape>& tile, char* rows, const Softmax<Shape>& softmax,
                                     const float (&spoilt)[Shape::BLOCKS * 2]) {
  float any = 0;
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * 2; i++) any += spoilt[i];
#pragma unroll
  for (int mask = 4; mask < WARP; mask *= 2) any += from_lane_xor(any, mask);
  if (any == 0) return;
#pragma unroll 1
  for (int row = 0; row < Shape::WARP_QUERIES; row++) {
    const int holder = row % 8 * 4, index = threadIdx.x / WARP * Shape::WARP_QUERIES + row;
    float mine = 0, maximum = 0, sum = 0;
#pragma unroll
    for (int i = 0; i < Shape::BLOCKS * 2; i++) {  // all come from their lane first: no register is indexed
      const float spoiltThere = from_lane(spoilt[i], holder);
      const float maximumThere = from_lane(softmax.maximum[i / 2][i % 2], holder);
      const float sumThere = from_lane(softmax.sum[i / 2][i % 2], holder);
      if (i == row / 8) {
        mine = spoiltThere;
        maximum = maximumThere;
        sum = sumThere;
      }
    }
    if (mine == 0 || !block.holds(block.query(p, index))) continue;
    ExactRow<Shape, BIAS> exact{p};
    exact.maximum = maximum;
    exact.inverse = 1 / sum;
    exact.compute(block, tile, index);
    exact.store(rows, row);
  }
}

// From the staged rows of the warp to the tensor.
template <typename Shape>
__device__ __forceinline__ void write_output(const ForwardParameter& p, const BlockPlace& block, const char* rows) {
  using T = typename Shape::Element;
  const TokenSteps steps(p, block.group);
  const HeadRows<T> output(p.output, blockIdx.z, blockIdx.y, p.valueDim, steps.first);
#pragma unroll 1
  for (int i = threadIdx.x % WARP; i < Shape::WARP_QUERIES * Shape::CHUNKS; i += WARP) {
    const int row = i / Shape::CHUNKS, chunk = i % Shape::CHUNKS, left = p.valueDim - chunk * Shape::CHUNK;
    const Places at = block.query(p, threadIdx.x / WARP * Shape::WARP_QUERIES + row);
    if (left <= 0 || !block.holds(at)) continue;
    const T* const from = reinterpret_cast<const T*>(rows + Shape::at(row, chunk));
    T* const to = const_cast<T*>(output.data) + steps.token(p, at) * output.tokenStride + chunk * Shape::CHUNK;
    if (output.wholeChunks && left >= Shape::CHUNK) {
      *reinterpret_cast<uint4*>(to) = *reinterpret_cast<const uint4*>(from);
    } else {
#pragma unroll 1
      for (int element = 0; element < min(left, Shape::CHUNK); element++) to[element] = from[element];
    }
  }
}

template <typename Shape, bool BIAS>
__device__ __forceinline__ void write(const ForwardParameter& p, char* shared, const TileWindows<Shape>& tile,
                                      float (&o)[Shape::BLOCKS][Shape::DIM / 8][4], Softmax<Shape>& softmax) {
  const BlockPlace block(p, block_again(), Shape::QUERIES);
  char* const rows = shared + threadIdx.x / WARP * Shape::WARP_QUERIES * Shape::ROW_BYTES;
  stage_output<Shape>(p, block, rows, o, softmax);
  float spoilt[Shape::BLOCKS * 2];
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * 2; i++) spoilt[i] = count_spoilt<Shape>(o, softmax, i);
  __syncthreads();
  mend<Shape, BIAS>(p, block, tile, rows, softmax, spoilt);
  __syncthreads();
  write_output<Shape>(p, block, rows);
}

template <typename Shape, bool BIAS>
__device__ __forceinline__ void attend(const ForwardParameter& p) {
  using T = typename Shape::Element;
  using Loader = TileLoader<Shape>;
  constexpr int STAGES = Shape::STAGES;
  extern __shared__ __align__(1024) char shared[];
  const uint32_t ring = shared_address(shared);

  const BlockPlace block(p, blockIdx.x, Shape::QUERIES);
  if (block.empty()) return;
  TileWindows<Shape> tile(shared);
  tile.load(p, block);
  __syncthreads();
  tile.find_reach(p, block);
  Places from, end;
  tile.unite(p, from, end);

  const TokenSteps steps(p, block.group);
  const int batch = blockIdx.z, keyHead = blockIdx.y / p.headsPerKeyHead;
  {
    const HeadRows<T> queries(p.query, batch, blockIdx.y, p.headDim, steps.first);
    const Places at = block.query(p, Loader::row_of_lane());
    Loader::template load_rows<Shape::QUERIES>(ring + Shape::QUERIES_AT, queries,
                                               block.holds(at) ? steps.token(p, at) : -1);
  }
  copies_commit();

  const int windowTiles = ((end.z - from.z + (Shape::KEYS >> (p.keyShift[0] + p.keyShift[1])) - 1) /
                           (Shape::KEYS >> (p.keyShift[0] + p.keyShift[1]))) *
                          ceil_shift(end.y - from.y, p.keyShift[0]) * ceil_shift(end.x - from.x, p.keyShift[1]);
  const int tiles = windowTiles + (p.additionalTokens + Shape::KEYS - 1) / Shape::KEYS;
  const Places laneKey = places_of(Loader::row_of_lane(), p.keyShift);

  KeyWalk ahead{from};
  HeadRows<T> keyRows(p.key, batch, keyHead, p.headDim, steps.first);
  HeadRows<T> valueRows(p.value, batch, keyHead, p.valueDim, steps.first);
  const auto load = [&](int stage, int loaded) {
    if (loaded < tiles) {
      int token;
      if (loaded < windowTiles) {
        const Places at{ahead.at.z + laneKey.z, ahead.at.y + laneKey.y, ahead.at.x + laneKey.x};
        token = at.z < end.z && at.y < end.y && at.x < end.x ? steps.token(p, at) : -1;
        // for those who compute: where the tile lies, or how many additional keys it has
        if (threadIdx.x == 0) tile.contents[stage] = make_int4(ahead.at.z, ahead.at.y, ahead.at.x, 0);
        ahead.next(p, from, end, Shape::KEYS);
      } else {
        token = (loaded - windowTiles) * Shape::KEYS + Loader::row_of_lane();
        if (threadIdx.x == 0) tile.contents[stage] = make_int4(0, 0, 0, p.additionalTokens - token);
        if (token >= p.additionalTokens) token = -1;
        if (loaded == windowTiles) {
          keyRows = HeadRows<T>(p.additionalKeys, batch, keyHead, p.headDim);
          valueRows = HeadRows<T>(p.additionalValues, batch, keyHead, p.valueDim);
        }
      }
      const uint32_t to = ring + stage * Shape::STAGE_BYTES;
      Loader::template load_rows<Shape::KEYS>(to, keyRows, token);
      Loader::template load_rows<Shape::KEYS>(to + Shape::KEY_BYTES, valueRows, token);
    }
    copies_commit();  // an empty group keeps the count
  };
#pragma unroll 1
  for (int stage = 0; stage < STAGES - 1; stage++) load(stage, stage);

  TileMath<Shape> math;
  copies_wait<STAGES - 1>();
  __syncthreads();
  math.start(ring + Shape::QUERIES_AT, p.queryFlip);

  float o[Shape::BLOCKS][Shape::DIM / 8][4];
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * Shape::DIM / 2; i++) o[i / (Shape::DIM / 2)][i / 4 % (Shape::DIM / 8)][i % 4] = 0;
  Softmax<Shape> softmax;
#pragma unroll
  for (int i = 0; i < Shape::BLOCKS * 2; i++) {
    softmax.maximum[i / 2][i % 2] = -INFINITY;
    softmax.sum[i / 2][i % 2] = 0;
  }

  const Reach* const reach = tile.reach + threadIdx.x / WARP * 3;
  int stage = 0;
  for (int it = 0; it < tiles; it++) {
    copies_wait<STAGES - 2>();
    __syncthreads();  // this stage is filled, and everybody is done with the one that is filled next
    load(stage == 0 ? STAGES - 1 : stage - 1, it + STAGES - 1);
    const uint32_t keys = ring + stage * Shape::STAGE_BYTES;
    const int4 contents = tile.contents[stage];
    const Places key{contents.x, contents.y, contents.z};
    if (++stage == STAGES) stage = 0;

    const bool additional = contents.w > 0;
    bool whole = contents.w >= Shape::KEYS;
    if (!additional) {
      const int z = Shape::KEYS >> (p.keyShift[0] + p.keyShift[1]), y = 1 << p.keyShift[0], x = 1 << p.keyShift[1];
      const Reach rz = reach[0], ry = reach[1], rx = reach[2];
      if (!(touches(rz, key.z, z) && touches(ry, key.y, y) && touches(rx, key.x, x))) continue;
      whole = covers(rz, key.z, z) && covers(ry, key.y, y) && covers(rx, key.x, x);
    }

    float s[Shape::BLOCKS][Shape::LINES][4];
    math.scores(s, keys);
    KeyMask<Shape> mask;
    if (BIAS) mask.fill(0xff);
    if (!whole) {
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
    soften<Shape, BIAS>(s, o, softmax, p.factor);
    math.blend(o, s, keys + Shape::KEY_BYTES);
  }
  copies_wait<0>();
  __syncthreads();
  write<Shape, BIAS>(p, shared, tile, o, softmax);
}

}  // namespace sparkhood
