// The entry points of one module: neighborhood_attention_<element>_dim<dim>, and the same with _bias.
//
// Compiled once per element type and dim, with macros that EntryPointShape.java holds:
//   SPARKHOOD_ELEMENT   float32, float16 or bfloat16    SPARKHOOD_DIM     elements of a row of a tile
//   SPARKHOOD_QUERIES   of a block                      SPARKHOOD_KEYS    of a tile
//   SPARKHOOD_STAGES    tiles in shared memory          SPARKHOOD_BLOCKS  of a multiprocessor at least; bounds registers
//   SPARKHOOD_BLOCKS_WITH_BIAS  the same with bias      SPARKHOOD_QUERY_SHARED   1: queries stay in shared memory
#include "neighborhood_attention.cuh"

namespace sparkhood {
namespace element {
using float32 = float;
using float16 = __half;
using bfloat16 = __nv_bfloat16;
}  // namespace element

using Shape = TileShape<element::SPARKHOOD_ELEMENT, SPARKHOOD_DIM, SPARKHOOD_QUERIES, SPARKHOOD_KEYS,
                        SPARKHOOD_STAGES, SPARKHOOD_QUERY_SHARED>;
}  // namespace sparkhood

#define JOIN(element, dim, suffix) neighborhood_attention_##element##_dim##dim##suffix
#define NAME(element, dim, suffix) JOIN(element, dim, suffix)

extern "C" __global__ void __launch_bounds__(sparkhood::Shape::THREADS, SPARKHOOD_BLOCKS)
    NAME(SPARKHOOD_ELEMENT, SPARKHOOD_DIM, )(const __grid_constant__ sparkhood::ForwardParameter parameter) {
  sparkhood::attend<sparkhood::Shape, false>(parameter);
}

extern "C" __global__ void __launch_bounds__(sparkhood::Shape::THREADS, SPARKHOOD_BLOCKS_WITH_BIAS)
    NAME(SPARKHOOD_ELEMENT, SPARKHOOD_DIM, _bias)(const __grid_constant__ sparkhood::ForwardParameter parameter) {
  sparkhood::attend<sparkhood::Shape, true>(parameter);
}
