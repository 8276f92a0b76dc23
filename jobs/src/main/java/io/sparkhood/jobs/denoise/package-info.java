/** Non-local means as neighborhood attention: noise, patches, tiles, and the job around them. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.jobs.denoise;
