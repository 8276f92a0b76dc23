// What the two queries of a lane see of the keys of a step.
//
// Places are packed into one number, with a guard bit above every axis. A key is seen where no axis
// borrows in either difference, so that all guards stay:
//
//   bits   31   30     23 - 29   22     15 - 21   14     0 - 13
//          -    guard  z         guard  y         guard  x
//
//   (key + guards - first) & (guards + last - key) & guards == guards
//
// Places count from the first key that the warp reaches: small numbers, because kernel sizes are
// (LaunchPlan.java).
#pragma once
#include "softmax.cuh"

namespace sparkhood {

struct PackedPlaces {
  static constexpr unsigned GUARDS = 1u << 30 | 1u << 22 | 1u << 14;

  __device__ static __forceinline__ unsigned of(int z, int y, int x) {
    return static_cast<unsigned>(z << 23 | y << 15 | x);
  }
};

template <typename Shape, bool BIAS>
struct HaloSight {
  Places reach;                // first key that the warp reaches
  Places extent;               // keys to step through from there; none for a warp without queries
  unsigned first[2], last[2];  // guards - first key, guards + last key of each query
  int biasAt[2];               // index of the bias for the first key of the reach

  __device__ __forceinline__ HaloSight(const ForwardParameter& p, const BlockPlace& block,
                                       const TileWindows<Shape>& tile) {
    const int lane = threadIdx.x % WARP, query = threadIdx.x / WARP * Shape::WARP_QUERIES;
    const int2* const y = tile.windows + tile.begin(p, 1);
    const int2* const x = tile.windows + tile.begin(p, 2);
    const Places a = places_of(query, p.queryShift);
    const Places b = places_of(query + Shape::WARP_QUERIES - 1, p.queryShift);
    reach = {tile.windows[a.z].x, y[a.y].x, x[a.x].x};
    extent = {0, 0, 0};
    if (block.holds(block.query(p, query))) {
      extent = {tile.windows[b.z].y - reach.z, y[b.y].y - reach.y, x[b.x].y - reach.x};
    }
#pragma unroll
    for (int half = 0; half < 2; half++) {
      const Places at = places_of(query + half * 8 + lane / 4, p.queryShift);
      const int2 wz = tile.windows[at.z], wy = y[at.y], wx = x[at.x];
      first[half] = PackedPlaces::GUARDS -
                    PackedPlaces::of(wz.x - reach.z, wy.x - reach.y, wx.x - reach.x);
      last[half] = PackedPlaces::GUARDS + PackedPlaces::of(wz.y - 1 - reach.z, wy.y - 1 - reach.y,
                                                           wx.y - 1 - reach.x);
      biasAt[half] = 0;
      if (BIAS) {
        const Places q{min(block.first.z + at.z, block.length.z - 1),
                       min(block.first.y + at.y, block.length.y - 1),
                       min(block.first.x + at.x, block.length.x - 1)};
        biasAt[half] = bias_index(p, {reach.z + p.biasWidth[0] / 2 - q.z,
                                      reach.y + p.biasWidth[1] / 2 - q.y,
                                      reach.x + p.biasWidth[2] / 2 - q.x});
      }
    }
  }

  __device__ static __forceinline__ int bias_index(const ForwardParameter& p, const Places& at) {
    return (at.z * p.biasWidth[1] + at.y) * p.biasWidth[2] + at.x;
  }

  // The lane's word of a step, see halo_steps.cuh.
  __device__ __forceinline__ unsigned of(const ForwardParameter& p, const Places& step) const {
    const int column = threadIdx.x % 4 * 2;
    const unsigned stepKey = PackedPlaces::of(step.z, step.y, step.x + column);
    unsigned sight = BIAS ? bias_index(p, {step.z, step.y, step.x + column}) << 16 : 0;
#pragma unroll
    for (int line = 0; line < Shape::LINES; line++) {
      const Places at = places_of(line * 8, p.keyShift);
#pragma unroll
      for (int i = 0; i < 4; i++) {
        const unsigned key = stepKey + PackedPlaces::of(at.z, at.y, at.x) + i % 2;
        const unsigned inside = (key + first[i / 2]) & (last[i / 2] - key) & PackedPlaces::GUARDS;
        if (inside == PackedPlaces::GUARDS) sight |= 1u << (line * 4 + i);
      }
    }
    return sight;
  }
};

}  // namespace sparkhood
