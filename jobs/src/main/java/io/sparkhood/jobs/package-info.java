/** Mains for spark-submit: attend, denoise, doctor. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.jobs;
