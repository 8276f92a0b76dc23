@org.jspecify.annotations.NullMarked
package io.sparkhood.jobs.connect;
