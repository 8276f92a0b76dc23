/** What a notebook needs beside Spark: pictures as tensor columns, and maps, windows, tables and plots to look at. */
@org.jspecify.annotations.NullMarked
package io.sparkhood.notebook;
