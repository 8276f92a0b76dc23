// The steps of a warp through its keys, found once for all rows of the batch and kept in shared
// memory, two words for each lane:
//
//   rows    two addresses in units of 16 bytes: of the lane's row of values, less `valueBytes`, in
//           keys 0 - 15 and in keys 16 - 31 of the step; those of its rows of keys are another
//           lane's, see halo_math.cuh
//   sight   bits 0 - 15    which of the lane's scores are seen: bit 4 line + 2 half + column
//           bits 16 - 31   the bias of the step's first key, as index
//
// A step is a box of KEYS keys; the first starts where the first window of the warp's queries does.
// Keys of a step that reach beyond the block's box are taken from its rim, and not seen.
#pragma once
#include "halo_keys.cuh"
#include "halo_sight.cuh"

namespace sparkhood {

// What a lane must know of a step.
struct HaloStep {
  unsigned keyRows, valueRows, sight;
};

template <typename Shape, bool BIAS>
struct HaloSteps {
  const uint32_t keys;   // address of the box
  unsigned* const rows;  // [step][2][THREADS]: rows, then sights
  int count;             // none for a warp without queries
  int biasAt[2];         // index of the bias, for each query of the lane, where that of a step is 0

  __device__ __forceinline__ HaloSteps(const ForwardParameter& p, const BlockPlace& block,
                                       const TileWindows<Shape>& tile, const HaloBox& box,
                                       char* shared)
      : keys(shared_address(shared) + Shape::KEYS_AT),
        rows(reinterpret_cast<unsigned*>(
            shared + Shape::KEYS_AT +
            p.haloRows * (2 * Shape::ROW_BYTES + static_cast<int>(sizeof(int))))),
        count(0) {
    const HaloSight<Shape, BIAS> sight(p, block, tile);
    biasAt[0] = sight.biasAt[0];
    biasAt[1] = sight.biasAt[1];
    const Places step{Shape::KEYS >> (p.keyShift[0] + p.keyShift[1]), 1 << p.keyShift[0],
                      1 << p.keyShift[1]};
    const Places offset{sight.reach.z - box.from.z, sight.reach.y - box.from.y,
                        sight.reach.x - box.from.x};
#pragma unroll 1
    for (Places at{0, 0, 0}; at.z < sight.extent.z; advance(at, sight.extent, step)) {
      unsigned* const to = rows + count++ * 2 * Shape::THREADS + threadIdx.x;
      to[0] = rows_of(threadIdx.x % WARP, box.extent,
                      {offset.z + at.z, offset.y + at.y, offset.x + at.x}, p.keyShift);
      to[Shape::THREADS] = sight.of(p, at);
    }
  }

  // From a step to the next, row-major; beyond the last z is.
  __device__ static __forceinline__ void advance(Places& at, const Places& extent,
                                                 const Places& step) {
    at.x += step.x;
    if (at.x < extent.x) return;
    at.x = 0;
    at.y += step.y;
    if (at.y < extent.y) return;
    at.y = 0;
    at.z += step.z;
  }

  // The lane, or thread, whose rows of values are this one's rows of keys: 8 - 15 and 16 - 23 have
  // exchanged theirs.
  __device__ static __forceinline__ int exchanged(int thread) {
    return (thread & ~24) | (thread & 8) << 1 | (thread & 16) >> 1;
  }

  __device__ __forceinline__ unsigned rows_of(int lane, const Places& extent, const Places& first,
                                              const int (&shift)[2]) const {
    unsigned rows = 0;
#pragma unroll
    for (int i = 0; i < Shape::LINES / 2; i++) {
      const Places key = places_of(16 * i + lane % 16, shift);
      const int z = min(first.z + key.z, extent.z - 1);
      const int y = min(first.y + key.y, extent.y - 1);
      const int x = min(first.x + key.x, extent.x - 1);
      const int row = (z * extent.y + y) * extent.x + x;
      rows |= (keys + Shape::at(row, lane / 16)) / 16 << (16 * i);
    }
    return rows;
  }

  __device__ __forceinline__ HaloStep at(int number) const {
    const unsigned* const from = rows + number * 2 * Shape::THREADS;
    return {from[exchanged(threadIdx.x)], from[threadIdx.x], from[Shape::THREADS + threadIdx.x]};
  }

  // Of a line of additional tokens.
  __device__ __forceinline__ HaloStep of_additional(int number, int tokens) const {
    const int first = number * Shape::KEYS, lane = threadIdx.x % WARP;
    const int shift[2] = {0, Shape::KEYS_LOG2};
    unsigned sight = 0;
#pragma unroll
    for (int i = 0; i < Shape::LINES * 2; i++) {
      const int key = first + i / 2 * 8 + threadIdx.x % 4 * 2 + i % 2;
      if (key < tokens) sight |= 5u << (i / 2 * 4 + i % 2);
    }
    const Places box{1, 1, tokens}, start{0, 0, first};
    return {rows_of(exchanged(lane), box, start, shift), rows_of(lane, box, start, shift), sight};
  }

  // Scores of what is not seen become -infinity; with a bias the others become exponents.
  __device__ __forceinline__ void mask(float (&s)[1][Shape::LINES][4], const ForwardParameter& p,
                                       unsigned sight, bool additional) const {
    if (BIAS) scale(s, p, sight, additional);
#pragma unroll
    for (int i = 0; i < Shape::LINES * 4; i++) {
      if (!(sight >> i & 1)) s[0][i / 4][i % 4] = -INFINITY;
    }
  }

  // Scores become exponents. All look up a bias at once, without a branch: what is not seen any of
  // the table's.
  __device__ __forceinline__ void scale(float (&s)[1][Shape::LINES][4], const ForwardParameter& p,
                                        unsigned sight, bool additional) const {
    if (additional) {
#pragma unroll
      for (int i = 0; i < Shape::LINES * 4; i++) s[0][i / 4][i % 4] *= p.factor;
      return;
    }
    const unsigned size = p.biasWidth[0] * p.biasWidth[1] * p.biasWidth[2];
    const float* const table = p.bias + static_cast<long long>(blockIdx.y) * size;
    float bias[Shape::LINES * 4];
#pragma unroll
    for (int i = 0; i < Shape::LINES * 4; i++) {
      const int line = i / 4, half = i % 4 / 2;
      const unsigned index =
          HaloSight<Shape, BIAS>::bias_index(p, places_of(line * 8, p.keyShift)) +
          static_cast<int>(sight >> 16) + biasAt[half] + i % 2;
      bias[i] = __ldg(at_distance(table, min(index, size - 1), sizeof(float)));
    }
#pragma unroll
    for (int i = 0; i < Shape::LINES * 4; i++) {
      float& score = s[0][i / 4][i % 4];
      score = fmaf(score, p.factor, bias[i] * LOG2_E);
    }
  }
};

}  // namespace sparkhood
