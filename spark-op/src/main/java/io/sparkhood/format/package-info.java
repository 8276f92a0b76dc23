/** Array files: bytes of unknown origin to named or plain arrays and back, with bounded parsing. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.format;
