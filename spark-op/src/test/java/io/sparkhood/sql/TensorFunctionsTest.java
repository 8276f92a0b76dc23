package io.sparkhood.sql;

import static io.sparkhood.ml.AttentionFrames.floats;
import static io.sparkhood.sql.SqlSession.SESSION;
import static io.sparkhood.sql.SqlSession.refused;
import static io.sparkhood.sql.SqlSession.refusedAtAnalysis;
import static io.sparkhood.sql.SqlSession.row;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.column.TensorStruct;
import io.sparkhood.format.Npy;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Making tensors and taking them apart. */
class TensorFunctionsTest {
    @BeforeEach
    void register() {
        SparkhoodCatalog.register(SESSION);
    }

    /** These files and a null. */
    private static Dataset<Row> files(byte[]... files) {
        List<Row> rows = Arrays.stream(files)
                .map(file -> RowFactory.create((Object) file))
                .toList();
        return SESSION.createDataFrame(rows, new StructType().add("file", "binary"))
                .unionAll(SESSION.sql("select cast(null as binary)"))
                .coalesce(1);
    }

    private static byte[] picture(String format, int type) throws IOException {
        BufferedImage image = new BufferedImage(3, 2, type);
        image.setRGB(0, 0, 0xffff0000);
        image.setRGB(2, 1, 0xff336699);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, format, out);
        return out.toByteArray();
    }

    @Test
    void tensorsOfArraysAndBack() {
        Row row = row("select t, sparkhood.tensor_data(t), sparkhood.tensor_shape(t) from "
                + "(select sparkhood.tensor(array(1f, 2f, 3f, 4f, 5f, float('nan')), array(3, 1, 2)) as t)");
        assertThat(row.schema().apply(0).dataType()).isEqualTo(TensorStruct.SCHEMA);
        assertThat(TensorStruct.values(row.getStruct(0))).containsExactly(1, 2, 3, 4, 5, Float.NaN);
        assertThat(row.getStruct(0).getString(1)).isEqualTo("float32");
        assertThat(floats(row.get(1))).containsExactly(1, 2, 3, 4, 5, Float.NaN);
        assertThat(row.getList(2)).isEqualTo(List.of(3, 1, 2));
        assertThat(row.schema().apply(1).dataType().catalogString()).isEqualTo("array<float>");
        assertThat(row.schema().apply(2).dataType().catalogString()).isEqualTo("array<int>");
    }

    @Test
    void narrowTensorsAreWidened() {
        String half = "named_struct('data', X'003C00C0', 'shape', array(2), 'dtype', '%s')";
        assertThat(floats(row("select sparkhood.tensor_data(" + half.formatted("float16") + ")")
                        .get(0)))
                .containsExactly(1, -2);
        assertThat(floats(row("select sparkhood.tensor_data(" + half.formatted("bfloat16") + ")")
                        .get(0)))
                .containsExactly(0x1p-7f, -2);
    }

    @Test
    void npyFilesThereAndBack() throws IOException {
        byte[] floats = Npy.of(new float[] {1, 2, 3, 4}, 2, 2).toBytes();
        byte[] halves = Npy.of(Npy.Type.FLOAT16, new byte[] {0, 0x3c, 0, (byte) 0xc0}, 2, 1, 1)
                .toBytes();
        byte[] doubles = Npy.of(new double[] {0.1, 1e300}, 2).toBytes();
        byte[] longs =
                Npy.of(Npy.Type.INT64, new byte[] {7, 0, 0, 0, 0, 0, 0, 0}, 1).toBytes();
        Dataset<Row> files = files(floats, halves, doubles, longs);
        List<Row> rows = files.select(
                        SparkhoodFunctions.fromNpy(col("file")),
                        SparkhoodFunctions.toNpy(SparkhoodFunctions.fromNpy(col("file"))),
                        SparkhoodFunctions.tensorShape(SparkhoodFunctions.fromNpy(col("file"))))
                .collectAsList();
        assertThat(rows.get(0).getStruct(0).getString(1)).isEqualTo("float32");
        assertThat(rows.get(1).getStruct(0).getString(1)).isEqualTo("float16");
        assertThat(TensorStruct.values(rows.get(0).getStruct(0))).containsExactly(1, 2, 3, 4);
        assertThat(TensorStruct.values(rows.get(1).getStruct(0))).containsExactly(1, -2);
        assertThat(TensorStruct.values(rows.get(2).getStruct(0))).containsExactly(0.1f, Float.POSITIVE_INFINITY);
        assertThat(TensorStruct.values(rows.get(3).getStruct(0))).containsExactly(7);
        assertThat(rows.get(0).<byte[]>getAs(1)).isEqualTo(floats);
        assertThat(rows.get(1).<byte[]>getAs(1)).isEqualTo(halves);
        assertThat(Npy.read("d", rows.get(2).<byte[]>getAs(1)).type()).isEqualTo(Npy.Type.FLOAT32);
        assertThat(rows.get(1).getList(2)).isEqualTo(List.of(2, 1, 1));
        for (int i = 0; i < 3; i++) {
            assertThat(rows.get(4).isNullAt(i)).isTrue();
        }
    }

    @Test
    void picturesAreTensors() throws IOException {
        byte[] rgb = picture("png", BufferedImage.TYPE_INT_RGB);
        byte[] alpha = picture("png", BufferedImage.TYPE_INT_ARGB);
        byte[] grey = picture("jpg", BufferedImage.TYPE_BYTE_GRAY);
        List<Row> rows = files(rgb, alpha, grey)
                .select(SparkhoodFunctions.imageTensor(col("file")))
                .collectAsList();
        Row tensor = rows.get(0).getStruct(0);
        assertThat(TensorStruct.shape(tensor)).containsExactly(2, 3, 1, 3);
        assertThat(tensor.getString(1)).isEqualTo("float32");
        float[] values = TensorStruct.values(tensor);
        assertThat(Arrays.copyOf(values, 6)).containsExactly(1, 0, 0, 0, 0, 0);
        assertThat(Arrays.copyOfRange(values, 15, 18)).containsExactly(0.2f, 0.4f, 0.6f);
        assertThat(TensorStruct.shape(rows.get(1).getStruct(0))).containsExactly(2, 3, 1, 3);
        assertThat(TensorStruct.shape(rows.get(2).getStruct(0))).containsExactly(2, 3, 1, 1);
        assertThat(rows.get(3).isNullAt(0)).isTrue();
        files(rgb).createOrReplaceTempView("pictures");
        Row attended = row("select sparkhood.tensor_shape(sparkhood.neighborhood_attention(t, t, t, 2)) from "
                + "(select sparkhood.image_tensor(file) as t from pictures)");
        assertThat(attended.getList(0)).isEqualTo(List.of(2, 3, 1, 3));
    }

    @Test
    void nullsGiveNull() {
        for (String call : List.of(
                "tensor(null, array(1))",
                "tensor(array(1f), null)",
                "tensor_data(null)",
                "tensor_shape(null)",
                "from_npy(null)",
                "to_npy(null)",
                "image_tensor(null)")) {
            assertThat(row("select sparkhood." + call).isNullAt(0)).as(call).isTrue();
        }
    }

    @Test
    void whatCannotBe() {
        refused(
                "select sparkhood.tensor(array(1f, 2f, 3f), array(2, 2))",
                "tensor: shape [2, 2] has 4 elements, but 3 are given");
        refused(
                "select sparkhood.tensor(array(1f, 2f, 3f), array(-1, -3))",
                "tensor: shape [-1, -3] has a negative extent");
        refused(
                "select sparkhood.tensor(array(1f), array(2147483647, 2147483647, 2147483647))",
                "tensor: shape [2147483647, 2147483647, 2147483647] has more elements than a 64-bit number counts");
        refused(
                "select sparkhood.tensor(array(1f, null), array(2))",
                "tensor: values has a null element in its array, at position 1");
        refused(
                "select sparkhood.tensor(array(1f), array(1, null))",
                "tensor: shape has a null element in its array, at position 1");
        String broken = "named_struct('shape', array(2), 'dtype', 'float32', 'data', X'00')";
        for (String function : List.of("tensor_data", "tensor_shape", "to_npy")) {
            refused(
                    "select sparkhood." + function + "(" + broken + ")",
                    function + ": column tensor: data has 1 bytes, but shape [2] of float32 takes 8");
        }
        refused(
                "select sparkhood.to_npy("
                        + broken.replace("float32", "bfloat16").replace("X'00'", "X'00000000'") + ")",
                "to_npy: npy files have no bfloat16; widen it to float32 first: to_npy(tensor(tensor_data(t), "
                        + "tensor_shape(t)))");
        refused(
                "select sparkhood.from_npy(X'00')",
                "from_npy: file: not an npy file: it does not begin with \\x93NUMPY and a version");
        refused("select sparkhood.image_tensor(X'00')", "image_tensor: file: neither a PNG nor a JPEG picture");
    }

    @Test
    void argumentsOfOtherTypes() {
        refusedAtAnalysis(
                "select sparkhood.tensor(array(1.0), array(1))",
                "values must be array<float>, but is array<decimal(2,1)>; cast it to array<float>");
        refusedAtAnalysis(
                "select sparkhood.tensor(array(1f), array(1L))",
                "shape must be array<int>, but is array<bigint>; cast it to array<int>");
        refusedAtAnalysis(
                "select sparkhood.tensor_data(array(1f))",
                "tensor must be struct<shape: array<int>, dtype: string, data: binary>, but is array<float>; make one with "
                        + "tensor(values, shape)");
        refusedAtAnalysis("select sparkhood.from_npy('x')", "file must be binary, but is string; cast it to binary");
        refusedAtAnalysis("select sparkhood.to_npy()", "it is called as to_npy(tensor), but has 0 arguments");
    }
}
