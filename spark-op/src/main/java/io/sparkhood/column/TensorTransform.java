package io.sparkhood.column;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.sparkhood.column.InvalidRows.Handling;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.Product;
import scala.Tuple2;

/**
 * A lazy transformation of a DataFrame that reads tensor columns and adds tensor columns, row for row and in order.
 *
 * <p>Every row travels as a typed pair: the other columns as a Row, and the tensors as primitive arrays, so that no element
 * is boxed. Names are replaced by numbers on the way, which makes dots, back-ticks and repeated names harmless.
 *
 * @param inputs names of the input columns, one per input port of the stage; a name may stand for several ports
 * @param outputs columns to add
 * @param runTimeCol column to add with the wall-clock time of the run that computed the row, or null
 * @param keepInputs whether the input columns stay
 * @param invalidRows what becomes of rows that cannot be computed
 */
public record TensorTransform(
        List<String> inputs,
        List<OutputColumn> outputs,
        @Nullable String runTimeCol,
        boolean keepInputs,
        InvalidRows invalidRows)
        implements Serializable {

    /** Type of the run time column: start and end of the run in nanoseconds since the epoch. */
    public static final StructType RUN_TIME =
            new StructType().add("start", DataTypes.LongType, false).add("end", DataTypes.LongType, false);

    /** The schema that {@link #apply} makes of this one. Columns that pass through it become nullable. */
    public StructType schema(StructType schema) {
        StructType result = new StructType();
        for (StructField field : schema.fields()) {
            if (keepInputs || !inputs.contains(field.name())) {
                result = result.add(new StructField(field.name(), field.dataType(), true, field.metadata()));
            }
        }
        for (OutputColumn output : outputs) {
            result = result.add(output.name(), output.form().outputType(), true);
        }
        if (runTimeCol != null) {
            result = result.add(runTimeCol, RUN_TIME, true);
        }
        @Nullable String errorCol = invalidRows.errorCol();
        return errorCol == null ? result : result.add(errorCol, DataTypes.StringType, true);
    }

    /**
     * Adds the outputs.
     *
     * @param stage the stage's name, with which the names of the accumulators on Spark's stage page begin
     */
    public Dataset<Row> apply(String stage, Dataset<?> dataset, RowOperator rows, BatchOptions options) {
        LoopMetrics metrics = LoopMetrics.of(dataset.sparkSession().sparkContext(), stage);
        return new Wiring(dataset).run(rows, options, metrics);
    }

    /** The columns of one DataFrame sorted into those that pass as a Row and those that pass typed. */
    private final class Wiring {
        private final SparkSession session;
        private final Dataset<Row> numbered; // columns c0, c1, ...
        private final StructField[] fields;
        private final List<Integer> tensors; // distinct input columns, by number
        private final List<Integer> rest = new ArrayList<>(); // the others, by number
        private final List<Integer> marked = new ArrayList<>(); // tensors whose null elements are looked for, by number

        Wiring(Dataset<?> dataset) {
            session = dataset.sparkSession();
            fields = dataset.schema().fields();
            String[] numbers = new String[fields.length];
            Set<Integer> distinct = new LinkedHashSet<>();
            for (String input : inputs) {
                distinct.add(dataset.schema().fieldIndex(input));
            }
            tensors = List.copyOf(distinct);
            for (int tensor : tensors) {
                if (invalidRows.handling() != Handling.ERROR && NullElements.possibleIn(fields[tensor].dataType())) {
                    marked.add(tensor);
                }
            }
            for (int i = 0; i < fields.length; i++) {
                numbers[i] = "c" + i;
                // a vector is converted for the loop, so a kept one has to pass as it was
                if (!distinct.contains(i) || keepInputs && form(i) == TensorForm.VECTOR) {
                    rest.add(i);
                }
            }
            numbered = dataset.toDF(numbers);
        }

        private TensorForm form(int column) {
            return TensorForm.of(fields[column].dataType()).orElseThrow();
        }

        Dataset<Row> run(RowOperator rows, BatchOptions options, LoopMetrics metrics) {
            Encoder<Product> tensorEncoder =
                    tuple(tensors.stream().map(this::tensorEncoder).toList());
            Encoder<Product> outputEncoder = outputEncoder();
            Encoder<Row> restEncoder = Encoders.row(restSchema());
            Dataset<Tuple2<Row, Product>> typed = numbered.select(
                            restColumn().as("_1"), tensorColumn().as("_2"))
                    .as(Encoders.tuple(restEncoder, tensorEncoder));
            PartitionLoop loop = new PartitionLoop(TensorTransform.this, columns(), places(), rows, options, metrics);
            Encoder<?> result = keepInputs
                    ? Encoders.tuple(restEncoder, outputEncoder, tensorEncoder)
                    : Encoders.tuple(restEncoder, outputEncoder);
            return typed.mapPartitions(loop, erased(result)).select(flattened());
        }

        /** Input columns by port. */
        private List<TensorColumn> columns() {
            return inputs.stream()
                    .map(name -> {
                        int number = tensors.get(places().get(inputs.indexOf(name)));
                        @Nullable StructType type = fields[number].dataType() instanceof StructType s ? s : null;
                        int mark = marked.indexOf(number);
                        return TensorColumn.of(name, form(number), form(number).carriesShape() ? type : null)
                                .withNullsField(mark < 0 ? -1 : rest.size() + mark);
                    })
                    .toList();
        }

        /** For every port the place of its column in the typed tuple. */
        private List<Integer> places() {
            List<String> names =
                    tensors.stream().map(number -> fields[number].name()).toList();
            return inputs.stream().map(names::indexOf).toList();
        }

        private Encoder<?> tensorEncoder(int column) {
            return form(column).encoder(session, fields[column].dataType());
        }

        private Encoder<Product> outputEncoder() {
            List<Encoder<?>> encoders = new ArrayList<>();
            outputs.forEach(output -> encoders.add(output.encoder(session)));
            if (runTimeCol != null) {
                encoders.add(Encoders.row(RUN_TIME));
            }
            if (invalidRows.errorCol() != null) {
                encoders.add(Encoders.STRING());
            }
            return tuple(encoders);
        }

        private StructType restSchema() {
            StructType schema = new StructType();
            for (int number : rest) {
                StructField field = fields[number];
                schema =
                        schema.add("c" + number, Passage.of(field.dataType()).type(field.dataType()), field.nullable());
            }
            for (int number : marked) {
                schema = schema.add("n" + number, fields[number].dataType(), true);
            }
            return schema.isEmpty() ? schema.add("none", DataTypes.BooleanType, false) : schema;
        }

        /** The other columns; after them, where an array has a null element, that array, which the typed code cannot take. */
        private Column restColumn() {
            List<Column> columns = new ArrayList<>();
            for (int number : rest) {
                Column column = col("c" + number);
                columns.add(Passage.of(fields[number].dataType()).out(column).as("c" + number));
            }
            for (int number : marked) {
                Column array = col("c" + number);
                columns.add(when(NullElements.in(array), array).as("n" + number));
            }
            return columns.isEmpty() ? struct(lit(true).as("none")) : struct(columns.toArray(Column[]::new));
        }

        private Column tensorColumn() {
            Column[] columns = new Column[tensors.size()];
            for (int i = 0; i < columns.length; i++) {
                int number = tensors.get(i);
                Column column = col("c" + number);
                if (marked.contains(number)) {
                    column = when(not(NullElements.in(column)), column);
                }
                columns[i] = form(number).wrapped(column).as("_" + (i + 1));
            }
            return struct(columns);
        }

        /** The columns of the result under their own names, in their old order, outputs last. */
        private Column[] flattened() {
            List<Column> columns = new ArrayList<>();
            for (int i = 0; i < fields.length; i++) {
                if (rest.contains(i)) {
                    columns.add(Passage.of(fields[i].dataType()).back(col("_1.c" + i), fields[i]));
                } else if (keepInputs) {
                    columns.add(kept(i));
                }
            }
            int place = 1;
            for (OutputColumn output : outputs) {
                columns.add(output.from("_2._" + place++));
            }
            if (runTimeCol != null) {
                columns.add(col("_2._" + place++).as(runTimeCol));
            }
            if (invalidRows.errorCol() != null) {
                columns.add(col("_2._" + place).as(invalidRows.errorCol()));
            }
            return columns.toArray(Column[]::new);
        }

        /** An input column as it came. */
        private Column kept(int number) {
            Column typed = col("_3._" + (tensors.indexOf(number) + 1));
            Column column = marked.contains(number) ? coalesce(col("_1.n" + number), typed) : typed;
            return Passage.PLAIN.back(column, fields[number]);
        }
    }

    @SuppressWarnings("unchecked") // tuples of one to five elements are one type here: scala.Product
    private static Encoder<Product> tuple(List<Encoder<?>> of) {
        Encoder<?> encoder = switch (of.size()) {
            case 1 -> Encoders.tuple(of.get(0));
            case 2 -> Encoders.tuple(of.get(0), of.get(1));
            case 3 -> Encoders.tuple(of.get(0), of.get(1), of.get(2));
            case 4 -> Encoders.tuple(of.get(0), of.get(1), of.get(2), of.get(3));
            case 5 -> Encoders.tuple(of.get(0), of.get(1), of.get(2), of.get(3), of.get(4));
            default -> throw new IllegalArgumentException("1 to 5 tensors travel in a row, not " + of.size());
        };
        return (Encoder<Product>) encoder;
    }

    @SuppressWarnings("unchecked")
    private static Encoder<Product> erased(Encoder<?> encoder) {
        return (Encoder<Product>) encoder;
    }
}
