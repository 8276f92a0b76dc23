@org.jspecify.annotations.NullMarked
package io.sparkhood.column;
