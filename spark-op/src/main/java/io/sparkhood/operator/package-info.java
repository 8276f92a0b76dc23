/** What is computed: immutable values, checked once when they are made. Knows no machine and no Spark. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.operator;
