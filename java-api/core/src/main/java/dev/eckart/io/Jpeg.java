package dev.eckart.io;

import dev.eckart.memory.MemoryLimitException;
import dev.eckart.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** JPEG files, decoded by the JDK (module java.desktop, which needs neither a display nor fonts for it). */
final class Jpeg {
    private Jpeg() {}

    /**
     * Reads a picture; colour profiles are not applied.
     *
     * @return U8 (h, w) or (h, w, 3) on the host
     * @throws BadFileException when the file is missing, torn, corrupt, no JPEG file, of a kind that the JDK does not know (CMYK,
     *     arithmetic coding), or has more than 2^26 pixels
     * @throws MemoryLimitException when the decoded picture would not fit into the Java heap
     */
    static Tensor read(Path path) throws IOException {
        InputFile file = new InputFile("jpeg", path);
        return file.readSized(channel -> {
            try {
                return tensor(decode(file, channel));
            } catch (LinkageError e) {
                throw new IOException(
                        "needs the module java.desktop, which this Java runtime does not have; save it as PNG", e);
            }
        });
    }

    private static BufferedImage decode(InputFile file, FileChannel channel) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
        String[] warning = new String[1];
        reader.addIIOReadWarningListener((source, text) -> warning[0] = text);
        try (MemoryCacheImageInputStream in = new MemoryCacheImageInputStream(Channels.newInputStream(channel))) {
            reader.setInput(in, true, true);
            requireSize(file, reader.getHeight(0), reader.getWidth(0));
            BufferedImage picture = reader.read(0);
            if (warning[0] != null) {
                throw file.bad(-1, "is torn or corrupt (" + Text.shorten(warning[0]) + "); fetch it again");
            }
            return picture;
        } catch (BadFileException e) {
            throw e;
        } catch (IOException | IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
            String said = e.getMessage() == null ? e.getClass().getSimpleName() : Text.shorten(e.getMessage());
            throw file.bad(-1, "cannot be decoded (" + said + "); save it as PNG");
        } finally {
            reader.dispose();
        }
    }

    private static void requireSize(InputFile file, int height, int width) throws BadFileException {
        long pixels = (long) height * width;
        if (pixels > Png.MOST_PIXELS) {
            throw file.bad(
                    -1,
                    height + "×" + width + " pixels are too many; split the picture into parts of at most "
                            + Png.MOST_PIXELS);
        }
        Runtime heap = Runtime.getRuntime();
        long free = heap.maxMemory() - heap.totalMemory() + heap.freeMemory();
        if (2L * 3 * pixels > free) {
            throw new MemoryLimitException(
                    "jpeg: " + file.path(), 2L * 3 * pixels, free, "raise the Java heap with -Xmx");
        }
    }

    private static Tensor tensor(BufferedImage picture) {
        Raster raster = picture.getRaster();
        int bands = raster.getNumBands();
        int width = raster.getWidth();
        byte[] bytes = new byte[raster.getHeight() * width * bands];
        int at = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            for (int sample : raster.getPixels(0, y, width, 1, (int[]) null)) {
                bytes[at++] = (byte) sample;
            }
        }
        return bands == 1
                ? Tensor.of(bytes, raster.getHeight(), width)
                : Tensor.of(bytes, raster.getHeight(), width, bands);
    }
}
