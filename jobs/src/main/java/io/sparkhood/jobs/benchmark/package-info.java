/** What the stage adds to the arithmetic: jobs with and without it, and the plan alone. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.jobs.benchmark;
