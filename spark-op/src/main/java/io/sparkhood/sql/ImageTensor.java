package io.sparkhood.sql;

import io.sparkhood.column.TensorStruct;
import io.sparkhood.image.Picture;
import io.sparkhood.image.PictureReader;
import io.sparkhood.operator.DType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * {@code image_tensor(file binary)}: float32 {@code [height, width, 1, channels]}, which attention takes as one head; levels
 * from 0 (black) to 1, so that scores of attention stay small.
 */
public final class ImageTensor extends BoundTensorFunction {
    static final String NAME = "image_tensor";

    private static final long serialVersionUID = 1;

    private ImageTensor() {
        super(NAME, TensorStruct.SCHEMA, DataTypes.BinaryType);
    }

    static ImageTensor bind(Arguments arguments) {
        arguments.count(1, 1).binary(0, "file");
        return new ImageTensor();
    }

    /** The tensor struct of a PNG or JPEG file, without alpha. */
    public @Nullable Object invoke(byte @Nullable [] file) {
        return file == null ? null : named(() -> tensor(read(file)));
    }

    private static Picture read(byte[] file) {
        try {
            return PictureReader.read("file", new ByteArrayInputStream(file));
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static Object tensor(Picture picture) {
        int height = picture.height();
        int width = picture.width();
        int colors = picture.colors();
        int elements = Math.multiplyExact(height * width, colors); // the reader bounds the pixels
        ByteBuffer data = ByteBuffer.allocate(Math.multiplyExact(4, elements)).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                for (int color = 0; color < colors; color++) {
                    data.putFloat(picture.level(row, column, color) / Picture.MAX_LEVEL);
                }
            }
        }
        return SparkValues.struct(new int[] {height, width, 1, colors}, DType.FLOAT32.toString(), data.array());
    }
}
