/** Where jobs read and write, so that none writes over what it reads. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.jobs.place;
