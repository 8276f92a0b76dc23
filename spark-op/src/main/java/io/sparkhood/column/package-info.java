/** Tensor columns of a DataFrame: their forms, their codecs, and the loop that turns a partition's rows into batches. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.column;
