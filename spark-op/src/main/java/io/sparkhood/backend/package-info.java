/** Where it is computed: the interface that backends implement, how they are found, and how one is chosen. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.backend;
