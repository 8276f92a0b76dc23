/** Picture files and directories of numbered frames to arrays of grey levels and back. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.image;
