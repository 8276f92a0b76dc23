package io.sparkhood.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PictureReaderTest {
    @ParameterizedTest
    @CsvSource({"1,false,8", "1,true,8", "3,false,8", "3,true,8", "1,false,16", "1,true,16", "3,false,16", "3,true,16"})
    void readsEveryFormOfPngThatItWrites(int colors, boolean alpha, int bitDepth) throws IOException {
        Picture picture = random(7, 5, colors, alpha, bitDepth);
        Picture read = read(PngWriter.toBytes(picture));
        assertThat(read.sameForm(picture)).isTrue();
        for (int row = 0; row < 7; row++) {
            for (int column = 0; column < 5; column++) {
                for (int channel = 0; channel < picture.channels(); channel++) {
                    assertThat(read.sample(row, column, channel)).isEqualTo(picture.sample(row, column, channel));
                }
            }
        }
    }

    @Test
    void readsJpegs() throws IOException {
        Picture color = read(jpeg(BufferedImage.TYPE_3BYTE_BGR));
        assertThat(color.colors()).isEqualTo(3);
        assertThat(color.level(20, 20, 0)).isBetween(240f, 255f); // red
        assertThat(color.level(20, 20, 2)).isBetween(0f, 15f);
        Picture grey = read(jpeg(BufferedImage.TYPE_BYTE_GRAY));
        assertThat(grey.colors()).isEqualTo(1);
        assertThat(grey.alpha()).isFalse();
    }

    @Test
    void turnsPalettesIntoColorsOrGrey() throws IOException {
        byte[] ramp = {0, (byte) 255, 100};
        byte[] other = {0, (byte) 255, 50};
        assertThat(read(png(palette(ramp, ramp))).colors()).isEqualTo(1);
        Picture color = read(png(palette(ramp, other)));
        assertThat(color.colors()).isEqualTo(3);
        assertThat(new float[] {color.level(0, 2, 0), color.level(0, 2, 1), color.level(0, 2, 2)})
                .containsExactly(100, 100, 50);
    }

    @Test
    void refusesWhatIsNoPicture(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("a.png"), "not a picture at all");
        assertThatThrownBy(() -> PictureReader.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": neither a PNG nor a JPEG picture");
        ByteArrayOutputStream gif = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY), "gif", gif);
        assertThatThrownBy(() -> read(gif.toByteArray())).hasMessage("x: neither a PNG nor a JPEG picture");
    }

    @Test
    void refusesHugePicturesBeforeDecodingThem() {
        byte[] bytes = PngWriter.toBytes(random(2, 2, 3, false, 8));
        ByteBuffer.wrap(bytes).putInt(16, 60_000).putInt(20, 50_000);
        CRC32 crc = new CRC32();
        crc.update(bytes, 12, 17);
        ByteBuffer.wrap(bytes).putInt(29, (int) crc.getValue());
        assertThatThrownBy(() -> read(bytes))
                .isInstanceOf(IOException.class)
                .hasMessage("x: a picture must have at most 134217728 pixels, but this one is 60000 x 50000");
    }

    @Test
    void refusesPicturesCutShort() throws IOException {
        for (byte[] whole :
                new byte[][] {PngWriter.toBytes(random(40, 40, 3, false, 8)), jpeg(BufferedImage.TYPE_3BYTE_BGR)}) {
            for (int percent = 0; percent <= 90; percent += 10) {
                byte[] cut = Arrays.copyOf(whole, whole.length * percent / 100);
                assertThatThrownBy(() -> read(cut))
                        .as("%d percent of %d bytes", percent, whole.length)
                        .isInstanceOf(IOException.class)
                        .hasMessageStartingWith("x: ");
            }
        }
        byte[] jpeg = jpeg(BufferedImage.TYPE_3BYTE_BGR);
        assertThatThrownBy(() -> read(Arrays.copyOf(jpeg, jpeg.length - 10)))
                .hasMessage("x: the file ends before the picture does");
    }

    @Test
    void survivesMutations() throws IOException {
        long seed = 4711;
        Random random = new Random(seed);
        byte[] png = PngWriter.toBytes(random(9, 9, 3, true, 8));
        byte[] jpeg = jpeg(BufferedImage.TYPE_3BYTE_BGR);
        for (int round = 0; round < 3_000; round++) {
            byte[] bytes = (round % 2 == 0 ? png : jpeg).clone();
            for (int flips = random.nextInt(5); flips >= 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                read(bytes);
            } catch (IOException expected) {
                assertThat(expected).hasMessageStartingWith("x: ");
            } catch (RuntimeException e) {
                fail("seed " + seed + " round " + round, e);
            }
        }
    }

    @Test
    void knowsFilesByTheirNames() {
        assertThat(PictureReader.reads(Path.of("a.JPG"))).isTrue();
        assertThat(PictureReader.reads(Path.of("a.jpeg"))).isTrue();
        assertThat(PictureReader.reads(Path.of("LICENSES.md"))).isFalse();
    }

    private static Picture read(byte[] bytes) throws IOException {
        return PictureReader.read("x", new ByteArrayInputStream(bytes));
    }

    static Picture random(int height, int width, int colors, boolean alpha, int bitDepth) {
        Random random = new Random(height * 31L + width);
        Picture picture = new Picture(height, width, colors, alpha, bitDepth);
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                for (int channel = 0; channel < picture.channels(); channel++) {
                    picture.setSample(row, column, channel, random.nextInt(1 << bitDepth));
                }
            }
        }
        return picture;
    }

    private static byte[] jpeg(int type) throws IOException {
        BufferedImage image = new BufferedImage(64, 48, type);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.RED);
        graphics.fillRect(0, 0, 40, 48);
        graphics.setColor(Color.GREEN);
        graphics.drawLine(0, 47, 63, 0);
        graphics.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, "jpeg", out)).isTrue();
        return out.toByteArray();
    }

    private static BufferedImage palette(byte[] redAndGreen, byte[] blue) {
        IndexColorModel model = new IndexColorModel(2, 3, redAndGreen, redAndGreen, blue);
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_BINARY, model);
        image.getRaster().setPixels(0, 0, 3, 1, new int[] {0, 1, 2});
        return image;
    }

    private static byte[] png(BufferedImage image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        assertThat(out.toString(StandardCharsets.ISO_8859_1)).contains("PLTE");
        return out.toByteArray();
    }
}
