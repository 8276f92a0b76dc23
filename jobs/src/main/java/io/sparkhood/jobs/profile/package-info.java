/** How fast the backends are here: problems, plans, times and what they could be, without Spark. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.jobs.profile;
