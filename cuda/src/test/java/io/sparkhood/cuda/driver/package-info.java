@org.jspecify.annotations.NullMarked
package io.sparkhood.cuda.driver;
