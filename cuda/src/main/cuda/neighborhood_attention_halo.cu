// The entry point of one module, neighborhood_attention_halo_<element>_dim<dim>[_bias].
//
// Compiled once per element type, dim and bias, with macros that EntryPointShape.java holds:
//   SPARKHOOD_NAME      of the entry point
//   SPARKHOOD_ELEMENT   float16, bfloat16            SPARKHOOD_DIM      elements of a row
//   SPARKHOOD_QUERIES   of a block                   SPARKHOOD_KEYS     of a step
//   SPARKHOOD_WARPS     of a block                   SPARKHOOD_BLOCKS   per multiprocessor at least
//   SPARKHOOD_BIAS      whether there is a bias
#include "halo_attention.cuh"

namespace sparkhood {
namespace element {
using float16 = __half;
using bfloat16 = __nv_bfloat16;
}  // namespace element

using Shape = HaloShape<element::SPARKHOOD_ELEMENT, SPARKHOOD_DIM, SPARKHOOD_QUERIES,
                        SPARKHOOD_KEYS, SPARKHOOD_WARPS>;
}  // namespace sparkhood

extern "C" __global__ void __launch_bounds__(sparkhood::Shape::THREADS, SPARKHOOD_BLOCKS)
    SPARKHOOD_NAME(const __grid_constant__ sparkhood::ForwardParameter parameter) {
  sparkhood::attend_halo<sparkhood::Shape, SPARKHOOD_BIAS>(parameter);
}
