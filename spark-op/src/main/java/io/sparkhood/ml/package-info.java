/** MLlib stages: params, schema, transform. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.ml;
