package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;

class PngTest {
    @TempDir
    Path folder;

    /** The samples of a decoded picture, channel by channel in each pixel. */
    private static int[] samples(byte[] png, int channels) throws IOException {
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png));
        assertThat(picture.getRaster().getNumBands()).isEqualTo(channels);
        return picture.getRaster().getPixels(0, 0, picture.getWidth(), picture.getHeight(), (int[]) null);
    }

    @Test
    void should_clamp_and_round_shades() throws IOException {
        double half = 127.5 / 255;
        try (Tensor image =
                Tensor.of(new double[][] {{0, 1, 0.2}, {-5, 7, Double.NaN}, {half, 1e300, Double.NEGATIVE_INFINITY}})) {
            assertThat(samples(Png.encode(image), 1)).containsExactly(0, 255, 51, 0, 255, 0, 128, 255, 0);
        }
    }

    @Test
    void should_write_colours() throws IOException {
        try (Tensor image = Tensor.of(new float[] {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1}, 2, 2, 3)) {
            assertThat(samples(Png.encode(image), 3)).containsExactly(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255);
        }
    }

    @Test
    void should_write_bytes_as_they_are_and_views_as_they_look() throws IOException {
        try (Scope scope = Scope.open()) {
            Tensor bytes = Tensor.of(new byte[] {0, 1, (byte) 200, (byte) 255, 5, 6}, 2, 3);
            assertThat(samples(Png.encode(bytes.transpose()), 1)).containsExactly(0, 255, 1, 5, 200, 6);
        }
    }

    @Test
    void should_write_files_and_streams_alike() throws IOException {
        long used = MemoryBudget.used();
        Path file = folder.resolve("a.png");
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        try (Tensor image = Tensor.uniform(DType.F32, 1, 5, 7)) {
            Png.writeGray(file, image);
            Png.writeGray(stream, image);
            assertThat(Files.readAllBytes(file)).isEqualTo(stream.toByteArray()).isEqualTo(Png.encode(image));
        }
        assertThat(MemoryBudget.used()).isEqualTo(used);
    }

    @Test
    void should_refuse_what_is_no_picture() {
        try (Scope scope = Scope.open()) {
            refuse("a picture has shape (h, w) or (h, w, 3), not (3)", Tensor.zeros(DType.F32, 3));
            refuse("not (2,2,4)", Tensor.zeros(DType.F32, 2, 2, 4));
            refuse("shape (0,3) has no pixels", Tensor.zeros(DType.F32, 0, 3));
            refuse("or more than 67108864", Tensor.zeros(DType.U8, 1, 1).broadcastTo(1 << 20, 1 << 20));
            refuse("shades are f64, f32 or u8, not i64", Tensor.zeros(DType.I64, 2, 2));
            assertThatThrownBy(() -> Png.writeGray(folder.resolve("a.png"), Tensor.zeros(DType.F32, 2, 2, 3)))
                    .hasMessageContaining("a gray picture has shape (h, w), not (2,2,3)");
            assertThat(folder).isEmptyDirectory();
        }
    }

    private static void refuse(String message, Tensor image) {
        assertThatThrownBy(() -> Png.encode(image))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("png: ")
                .hasMessageContaining(message);
    }

    @Test
    void should_lay_pictures_out_row_by_row() {
        try (Scope scope = Scope.open()) {
            Tensor images = Tensor.of(new double[] {.1, .2, .3, .4, .5, .6}, 3, 1, 2);
            assertThat(Png.grid(images, 2, 1).toMatrix()).isDeepEqualTo(new double[][] {
                {1, 1, 1, 1, 1, 1, 1},
                {1, .1, .2, 1, .3, .4, 1},
                {1, 1, 1, 1, 1, 1, 1},
                {1, .5, .6, 1, 1, 1, 1},
                {1, 1, 1, 1, 1, 1, 1}
            });
            assertThat(Png.grid(images, 10, 0).toMatrix()).isDeepEqualTo(new double[][] {{.1, .2, .3, .4, .5, .6}});
        }
    }

    @Test
    void should_lay_out_bytes_and_colours() {
        try (Scope scope = Scope.open()) {
            Tensor bytes = Tensor.of(new byte[] {1, 2}, 2, 1, 1);
            assertThat(Png.grid(bytes, 1, 1).toArray())
                    .containsExactly(255, 255, 255, 255, 1, 255, 255, 255, 255, 255, 2, 255, 255, 255, 255);
            Tensor colours = Tensor.zeros(DType.F32, 4, 2, 2, 3);
            assertThat(Png.grid(colours, 2, 3).shape()).isEqualTo(Shape.of(13, 13, 3));
        }
    }

    @Test
    void should_refuse_grids_that_are_none() {
        try (Scope scope = Scope.open()) {
            Tensor images = Tensor.zeros(DType.F32, 1, 2, 2);
            assertThatThrownBy(() -> Png.grid(images, 0, 1)).hasMessageContaining("0 columns");
            assertThatThrownBy(() -> Png.grid(images, 1, -1)).hasMessageContaining("gap -1");
            assertThatThrownBy(() -> Png.grid(Tensor.zeros(DType.F32, 0, 2, 2), 1, 1))
                    .hasMessageContaining("(0,2,2)");
            assertThatThrownBy(() -> Png.grid(Tensor.zeros(DType.F32, 2, 2), 1, 1))
                    .hasMessageContaining("made of (n, h, w) or (n, h, w, 3), not (2,2)");
        }
    }

    /** Read by the JDK's decoder. */
    @Test
    void should_hold_text_that_others_read() throws IOException {
        String text = "{\"seed\" : 7, \"name\" : \"ü²\"}";
        byte[] png;
        try (Tensor image = Tensor.of(new double[] {0, 1}, 1, 2)) {
            png = Png.encode(image, "parameters", text);
            assertThatThrownBy(() -> Png.encode(image, "", text)).hasMessageContaining("keyword \"\"");
            assertThatThrownBy(() -> Png.encode(image, "ü", text)).hasMessageContaining("printable ASCII");
        }
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        reader.setInput(ImageIO.createImageInputStream(new ByteArrayInputStream(png)));
        Node root = reader.getImageMetadata(0).getAsTree("javax_imageio_png_1.0");
        NamedNodeMap entry =
                ((Element) root).getElementsByTagName("iTXtEntry").item(0).getAttributes();
        assertThat(entry.getNamedItem("keyword").getNodeValue()).isEqualTo("parameters");
        assertThat(entry.getNamedItem("text").getNodeValue()).isEqualTo(text);
        assertThat(reader.read(0).getRGB(1, 0) & 0xff).isEqualTo(255);
    }
}
