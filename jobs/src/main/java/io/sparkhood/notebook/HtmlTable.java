package io.sparkhood.notebook;

import io.sparkhood.column.TensorStruct;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Rows as an HTML table. Tensors show their dtype and shape, long values are cut. */
public final class HtmlTable {
    private static final int LONGEST = 60;

    private HtmlTable() {}

    /** The first rows of a DataFrame. */
    public static String of(Dataset<Row> rows, int count) {
        List<List<@Nullable Object>> cells = new ArrayList<>();
        for (Row row : rows.takeAsList(count)) {
            List<@Nullable Object> line = new ArrayList<>();
            for (int i = 0; i < row.size(); i++) {
                line.add(row.get(i));
            }
            cells.add(line);
        }
        return of(List.of(rows.columns()), cells);
    }

    /**
     * Rows of any values; fractions are shown with four digits.
     *
     * @throws IllegalArgumentException if a row has not one value per column
     */
    public static String of(List<String> columns, List<? extends List<? extends @Nullable Object>> rows) {
        StringBuilder html = new StringBuilder("<table><thead><tr>");
        columns.forEach(column -> html.append("<th>").append(escaped(column)).append("</th>"));
        html.append("</tr></thead><tbody>");
        for (List<? extends @Nullable Object> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException("a row must have one value per column: " + row.size()
                        + " values for " + columns.size() + " columns");
            }
            html.append("<tr>");
            row.forEach(
                    value -> html.append("<td>").append(escaped(text(value))).append("</td>"));
            html.append("</tr>");
        }
        return html.append("</tbody></table>").toString();
    }

    private static String text(@Nullable Object value) {
        if (value == null) {
            return "null";
        }
        if (value instanceof Double || value instanceof Float) {
            return fraction(((Number) value).doubleValue());
        }
        if (value instanceof Row row) {
            return isTensor(row.schema())
                    ? row.getAs("dtype") + " " + Arrays.toString(TensorStruct.shape(row))
                    : cut(row.toString());
        }
        if (value instanceof byte[] bytes) {
            return bytes.length + " bytes";
        }
        return cut(value.toString());
    }

    private static String fraction(double value) {
        double size = Math.abs(value);
        boolean plain = value == 0 || size >= 1e-3 && size < 1e6;
        return plain ? String.format(Locale.ROOT, "%.4f", value) : String.format(Locale.ROOT, "%.3e", value);
    }

    private static boolean isTensor(@Nullable StructType schema) {
        return schema != null && List.of(schema.fieldNames()).equals(List.of("shape", "dtype", "data"));
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
