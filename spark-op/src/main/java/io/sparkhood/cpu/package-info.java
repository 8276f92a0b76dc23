/** How the CPU computes: the literal reference in double precision, and the fast cpu backend. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.cpu;
