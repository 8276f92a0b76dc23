/** Mains for spark-submit: attend, denoise, benchmark-stage, doctor. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.jobs;
