package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesTest {
    @TempDir
    Path folder;

    private long used;

    @BeforeEach
    void count() {
        used = MemoryBudget.used();
    }

    @AfterEach
    void should_leave_no_memory_behind() {
        assertThat(MemoryBudget.used()).isEqualTo(used);
    }

    /** A picture of two pixels, one above the other. */
    private void save(String name, int depth, int colour, int... samples) throws IOException {
        int count = samples.length / 2;
        int[][] rows = {Arrays.copyOf(samples, count), Arrays.copyOfRange(samples, count, 2 * count)};
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        byte[] data = PngFile.deflate(PngFile.rows(rows, count, depth, false, 0));
        Files.write(
                file,
                new PngFile().header(1, 2, depth, colour, 0).chunk("IDAT", data).end());
    }

    @Test
    void should_read_shades_from_0_to_1() throws IOException {
        save("a.PNG", 8, 0, 0, 51);
        save("b.png", 16, 4, 65535, 13107, 0, 65535);
        try (Scope scope = Scope.open()) {
            Tensor gray = Images.read(folder.resolve("a.PNG"), DType.F32);
            assertThat(gray.shape()).isEqualTo(Shape.of(2, 1, 1));
            assertThat(gray.dtype()).isEqualTo(DType.F32);
            assertThat(gray.toFloatArray()).containsExactly(0f, 51f / 255);
            Tensor alpha = Images.read(folder.resolve("b.png"), DType.F64);
            assertThat(alpha.shape()).isEqualTo(Shape.of(2, 1, 2));
            assertThat(alpha.toArray()).containsExactly(1, 0.2, 0, 1);
        }
    }

    @Test
    void should_make_a_matrix_of_gray_values() throws IOException {
        save("a.png", 8, 2, 255, 0, 0, 10, 200, 100);
        save("b.png", 8, 4, 51, 7, 255, 0);
        try (Scope scope = Scope.open()) {
            Tensor gray = Images.readGray(folder.resolve("a.png"), DType.F64);
            assertThat(gray.shape()).isEqualTo(Shape.of(2, 1));
            assertThat(gray.get(0, 0)).isEqualTo(0.299);
            assertThat(gray.get(1, 0)).isCloseTo(131.79 / 255, org.assertj.core.data.Offset.offset(1e-15));
            assertThat(Images.readGray(folder.resolve("b.png"), DType.F64).toArray())
                    .containsExactly(0.2, 1);
        }
    }

    @Test
    void should_read_a_folder_in_order_with_the_names_of_its_folders() throws IOException {
        save("two/b.png", 8, 0, 3, 4);
        save("two/a/deep.png", 8, 0, 9, 10);
        save("two-more/z.png", 8, 0, 5, 6);
        save("top.png", 8, 0, 1, 2);
        save(".hidden/c.png", 8, 0, 7, 8);
        save("two/.c.png", 8, 0, 7, 8);
        Files.writeString(folder.resolve("two/notes.txt"), "no picture");
        try (Images.Folder read = Images.readFolder(folder, DType.F64);
                Tensor white = Tensor.full(DType.F64, 255, 1);
                Tensor samples = read.images().multiply(white)) {
            assertThat(read.labels()).containsExactly("", "two", "two", "two-more");
            assertThat(Images.labels(folder)).isEqualTo(read.labels());
            assertThat(read.files().stream().map(folder::relativize).map(Path::toString))
                    .containsExactly("top.png", "two/a/deep.png", "two/b.png", "two-more/z.png");
            assertThat(read.images().shape()).isEqualTo(Shape.of(4, 2, 1, 1));
            assertThat(samples.toArray()).containsExactly(1, 2, 9, 10, 3, 4, 5, 6);
        }
    }

    @Test
    void should_give_all_pictures_the_channels_that_one_needs() throws IOException {
        save("a.png", 8, 0, 255, 51);
        save("b.png", 8, 4, 0, 51, 255, 102);
        assertThat(channels()).containsExactly(List.of(1., 1., .2, 1.), List.of(0., .2, 1., .4));
        save("c.png", 8, 2, 0, 51, 102, 153, 204, 255);
        assertThat(channels())
                .containsExactly(
                        List.of(1., 1., 1., 1., .2, .2, .2, 1.),
                        List.of(0., 0., 0., .2, 1., 1., 1., .4),
                        List.of(0., .2, .4, 1., .6, .8, 1., 1.));
        Files.delete(folder.resolve("b.png"));
        assertThat(channels()).containsExactly(List.of(1., 1., 1., .2, .2, .2), List.of(0., .2, .4, .6, .8, 1.));
        save("d.png", 8, 6, 0, 51, 102, 255, 153, 204, 255, 0);
        assertThat(channels().get(2)).containsExactly(0., .2, .4, 1., .6, .8, 1., 0.);
    }

    private List<List<Double>> channels() throws IOException {
        try (Images.Folder read = Images.readFolder(folder, DType.F64);
                Scope scope = Scope.open()) {
            return java.util.stream.LongStream.range(0, read.images().dim(0))
                    .mapToObj(i -> Arrays.stream(read.images().select(0, i).toArray())
                            .boxed()
                            .toList())
                    .toList();
        }
    }

    @Test
    void should_name_two_pictures_that_differ_in_size() throws IOException {
        save("a.png", 8, 0, 1, 2);
        byte[] data = PngFile.deflate(new byte[4]);
        Files.write(
                folder.resolve("b.png"),
                new PngFile().header(3, 1, 8, 0, 0).chunk("IDAT", data).end());
        assertThat(refusal(folder))
                .contains(folder.resolve("b.png") + ": has 1×3 pixels, but " + folder.resolve("a.png") + " 2×1; scale");
    }

    @Test
    void should_refuse_folders_without_pictures_and_pictures_that_are_none() throws IOException {
        assertThat(refusal(folder)).contains("holds no pictures (.png");
        assertThat(refusal(folder.resolve("none"))).contains("there is no such file");
        Files.writeString(folder.resolve("a.png"), "text");
        assertThat(refusal(folder)).contains("a.png").contains("is no PNG file");
        assertThatThrownBy(() -> Images.readFolder(folder, DType.U8))
                .hasMessage("images: shades are f64 or f32, not u8");
    }

    private String refusal(Path path) {
        return Formats.refusal(path, file -> Images.readFolder(file, DType.F64).close());
    }

    private static byte[] jpeg(int type, int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, x * 255 / width << 16 | y * 255 / height << 8 | 77);
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, "jpeg", bytes)).isTrue();
        return bytes.toByteArray();
    }

    @Test
    void should_read_jpeg() throws IOException {
        Path colour = Files.write(folder.resolve("a.jpg"), jpeg(BufferedImage.TYPE_INT_RGB, 20, 10));
        Path gray = Files.write(folder.resolve("b.JPEG"), jpeg(BufferedImage.TYPE_BYTE_GRAY, 20, 10));
        try (Scope scope = Scope.open()) {
            BufferedImage reference = ImageIO.read(colour.toFile());
            Tensor read = Images.read(colour, DType.F64).multiply(255);
            assertThat(read.shape()).isEqualTo(Shape.of(10, 20, 3));
            for (int y = 0; y < 10; y++) {
                for (int x = 0; x < 20; x++) {
                    int rgb = reference.getRGB(x, y);
                    for (int c = 0; c < 3; c++) {
                        assertThat(Math.round(read.get(y, x, c))).isEqualTo(rgb >> (16 - 8 * c) & 0xFF);
                    }
                }
            }
            Tensor shades = Images.read(gray, DType.F64).multiply(255);
            assertThat(shades.shape()).isEqualTo(Shape.of(10, 20, 1));
            int[] raster = ImageIO.read(gray.toFile()).getRaster().getPixels(0, 0, 20, 10, (int[]) null);
            assertThat(Arrays.stream(shades.toArray())
                            .mapToInt(v -> (int) Math.round(v))
                            .toArray())
                    .isEqualTo(raster);
        }
    }

    @Test
    void should_refuse_torn_and_oversized_jpeg() throws IOException {
        byte[] whole = jpeg(BufferedImage.TYPE_INT_RGB, 8, 8);
        Path file = folder.resolve("a.jpg");
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            Formats.refusal(file, path -> Images.read(path, DType.F64).close());
        }
        Files.write(file, "text".getBytes());
        assertThat(Formats.refusal(file, path -> Images.read(path, DType.F64).close()))
                .contains("cannot be decoded");
        // The frame header: marker, length, precision, height, width.
        int frame = 0;
        while ((whole[frame] & 0xFF) != 0xFF || (whole[frame + 1] & 0xFF) != 0xC0) {
            frame++;
        }
        Arrays.fill(whole, frame + 5, frame + 9, (byte) 0xF0);
        Files.write(file, whole);
        assertThat(Formats.refusal(file, path -> Images.read(path, DType.F64).close()))
                .contains("61680×61680 pixels are too many");
    }
}
