/** SQL functions: a catalog of them for Spark's DataSource V2 API, and the same as Java methods. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.sql;
