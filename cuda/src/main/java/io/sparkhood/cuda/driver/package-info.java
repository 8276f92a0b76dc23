/** The CUDA driver as one interface, its JCuda implementation, and what is known of the devices and of errors. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.cuda.driver;
