package dev.eckart.io;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Pictures as tensors of shades from 0 to 1: PNG (value/255, or value/65535 of 16 bits), and JPEG where the Java runtime has the
 * module java.desktop. Samples are taken as they stand; gamma and colour profiles are not applied. Thread-safe.
 */
public final class Images {
    private Images() {}

    /**
     * The pictures of a folder. Closing it closes the tensor.
     *
     * @param files in the order of the tensor
     * @param labels of each file: the name of the folder directly below the one read in which it lies; "" for files beside those
     * @param images (n, h, w, c) on the host
     */
    public record Folder(List<Path> files, List<String> labels, Tensor images) implements AutoCloseable {
        @Override
        public void close() {
            images.close();
        }
    }

    /** Whether a file's name is that of a picture: .png, .jpg, .jpeg in any case. */
    public static boolean isPicture(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".png") || isJpeg(name);
    }

    private static boolean isJpeg(String name) {
        return name.endsWith(".jpg") || name.endsWith(".jpeg");
    }

    private static Tensor samples(Path file) throws IOException {
        return isJpeg(file.getFileName().toString().toLowerCase(Locale.ROOT)) ? Jpeg.read(file) : Png.read(file);
    }

    /**
     * Reads a picture, JPEG when its name says so, else PNG.
     *
     * @param dtype F64 or F32
     * @return (h, w, c) on the host: c = 1 for gray, 2 for gray and alpha, 3 for red, green, blue, 4 with alpha
     * @throws BadFileException as {@link Png#read}
     */
    public static Tensor read(Path file, DType dtype) throws IOException {
        requireFloating(dtype);
        try (Tensor samples = samples(file);
                Tensor picture = withChannels(samples)) {
            return shades(picture, dtype);
        }
    }

    /**
     * Reads a picture as a matrix of its gray values, of colours 0.299·red + 0.587·green + 0.114·blue (ITU-R BT.601), without alpha.
     *
     * @param dtype F64 or F32
     * @return (h, w) on the host
     * @throws BadFileException as {@link Png#read}
     */
    public static Tensor readGray(Path file, DType dtype) throws IOException {
        try (Scope scope = Scope.open()) {
            Tensor picture = read(file, dtype);
            if (picture.dim(2) < 3) {
                return scope.keep(picture.select(2, 0).copy());
            }
            Tensor red = picture.select(2, 0).multiply(0.299);
            Tensor green = picture.select(2, 1).multiply(0.587);
            Tensor blue = picture.select(2, 2).multiply(0.114);
            return scope.keep(red.add(green).add(blue));
        }
    }

    /**
     * Reads all pictures in a folder and in those below it, in the order of their paths, name by name; files that are no pictures
     * by their name, and hidden ones, are passed over. All must have one size. c is the least that holds them all: where one has
     * colour, gray becomes red = green = blue, and where one has alpha, others become opaque.
     *
     * @param dtype F64 or F32
     * @throws BadFileException as {@link Png#read}, for a folder without pictures, and for one whose pictures differ in size, which
     *     two of them show
     */
    public static Folder readFolder(Path folder, DType dtype) throws IOException {
        requireFloating(dtype);
        List<Path> files = list(folder);
        List<String> labels = files.stream().map(file -> label(folder, file)).toList();
        try (Scope scope = Scope.open()) {
            List<Tensor> pictures = new ArrayList<>();
            for (Path file : files) {
                Tensor picture = withChannels(samples(file));
                pictures.add(picture);
                requireSize(files.get(0), pictures.get(0), file, picture);
            }
            return new Folder(files, labels, scope.keep(stack(pictures, dtype)));
        }
    }

    private static String label(Path folder, Path file) {
        Path below = folder.relativize(file);
        return below.getNameCount() == 1 ? "" : below.getName(0).toString();
    }

    /** The labels that {@link #readFolder} would give, without reading a picture. */
    public static List<String> labels(Path folder) throws IOException {
        return list(folder).stream().map(file -> label(folder, file)).toList();
    }

    private static List<Path> list(Path folder) throws IOException {
        InputFile file = new InputFile("images", folder);
        List<Path> files = new ArrayList<>();
        file.inside(() -> Files.walkFileTree(folder, new SimpleFileVisitor<Path>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                return isHidden(dir) && !dir.equals(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                if (isPicture(path) && !isHidden(path)) {
                    files.add(path);
                }
                return FileVisitResult.CONTINUE;
            }
        }));
        if (files.isEmpty()) {
            throw file.bad(-1, "holds no pictures (.png, .jpg, .jpeg)");
        }
        files.sort(Images::compareNames);
        return List.copyOf(files);
    }

    private static boolean isHidden(Path path) {
        return path.getFileName() != null && path.getFileName().toString().startsWith(".");
    }

    private static int compareNames(Path a, Path b) {
        int both = Math.min(a.getNameCount(), b.getNameCount());
        for (int i = 0; i < both; i++) {
            int order = a.getName(i).compareTo(b.getName(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.getNameCount(), b.getNameCount());
    }

    private static void requireSize(Path first, Tensor size, Path file, Tensor picture) throws BadFileException {
        if (picture.dim(0) != size.dim(0) || picture.dim(1) != size.dim(1)) {
            throw new BadFileException(
                    "images",
                    file,
                    -1,
                    "has " + picture.dim(0) + "×" + picture.dim(1) + " pixels, but " + first + " " + size.dim(0) + "×"
                            + size.dim(1) + "; scale all to one size");
        }
    }

    private static Tensor stack(List<Tensor> pictures, DType dtype) {
        boolean colour = pictures.stream().anyMatch(picture -> picture.dim(2) >= 3);
        boolean alpha = pictures.stream().anyMatch(picture -> picture.dim(2) % 2 == 0);
        Tensor first = pictures.get(0);
        Tensor all = Tensor.empty(
                Device.cpu(), dtype, pictures.size(), first.dim(0), first.dim(1), (colour ? 3 : 1) + (alpha ? 1 : 0));
        for (int i = 0; i < pictures.size(); i++) {
            try (Scope scope = Scope.open()) {
                place(shades(pictures.get(i), dtype), all.select(0, i), colour ? 3 : 1);
            }
        }
        return all;
    }

    /** Puts a picture into one of as many or more channels, the first {@code colours} of which are gray or colour. */
    private static void place(Tensor picture, Tensor target, int colours) {
        long c = picture.dim(2);
        target.slice(2, 0, colours).assign(picture.slice(2, 0, c >= 3 ? 3 : 1));
        if (target.dim(2) > colours) {
            Tensor alpha = target.slice(2, colours, colours + 1);
            if (c % 2 == 0) {
                alpha.assign(picture.slice(2, c - 1, c));
            } else {
                alpha.fill(1);
            }
        }
    }

    /** (h, w) as (h, w, 1). */
    private static Tensor withChannels(Tensor samples) {
        return samples.shape().rank() == 3
                ? samples.reshape(samples.shape().dims())
                : samples.reshape(samples.dim(0), samples.dim(1), 1);
    }

    private static Tensor shades(Tensor picture, DType dtype) {
        try (Tensor values = picture.to(dtype);
                Tensor white = Tensor.full(dtype, picture.dtype() == DType.U8 ? 255 : 65535, 1)) {
            return values.divide(white);
        }
    }

    private static void requireFloating(DType dtype) {
        if (dtype != DType.F64 && dtype != DType.F32) {
            throw new IllegalArgumentException("images: shades are f64 or f32, not " + dtype);
        }
    }
}
