@org.jspecify.annotations.NullMarked
package io.sparkhood.sql;
