/** How it is computed on NVIDIA GPUs: the cuda backend, which kernels it launches and with what. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.cuda;
