package dev.eckart.cli;

import dev.eckart.io.Csv;
import dev.eckart.io.Idx;
import dev.eckart.io.Images;
import dev.eckart.io.MatrixMarket;
import dev.eckart.io.Npy;
import dev.eckart.io.Npz;
import dev.eckart.io.Plink;
import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import dev.eckart.vcf.Vcf;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** Finds the reader for a file: by its name, else by its first bytes. */
public final class Inputs {
    private static final String SUPPORTED =
            "supported are .npy, .npz, .mtx, .csv, IDX (*-ubyte, *-ubyte.gz), pictures (.png, .jpg), "
                    + "folders of these, and genotypes (.bed, .vcf, .vcf.gz)";

    private enum Format {
        NPY,
        NPZ,
        MTX,
        CSV,
        IDX,
        PICTURE,
        FOLDER,
        BED,
        VCF
    }

    private Inputs() {}

    /**
     * Reads a numeric file as it stands: dtype and shape of the file. Bytes of an IDX file become value/255 in f64, a picture the
     * matrix of its gray values, those of a folder (n, h, w, c), genotypes the counts (n, m) of an allele with NaN where missing.
     *
     * @throws UsageException naming the file, when it cannot be read or is in no supported format
     */
    public static Tensor read(Path file) {
        return guarded(file, () -> switch (format(file)) {
            case NPY -> Npy.read(file);
            case NPZ -> Npz.isSparse(file) ? dense(file) : single(file);
            case MTX -> MatrixMarket.isSparse(file) ? dense(file) : MatrixMarket.read(file);
            case CSV -> Csv.read(file).values();
            case IDX -> idx(file, null);
            case PICTURE -> Images.readGray(file, DType.F64);
            case FOLDER -> Images.readFolder(file, DType.F64).images();
            case BED -> Plink.read(file, DType.F64).counts();
            case VCF -> Vcf.read(file, DType.F64).counts();
        });
    }

    /**
     * Reads the input of a command in the precision and on the device asked for; without {@code --precision} in that of the file,
     * f64 for integers and pictures. The images of an IDX file or a folder become the rows of a matrix, one image each.
     *
     * @throws UsageException naming the file, when it cannot be read or is in no supported format
     */
    public static Tensor read(Path file, GlobalOptions options, Device device) {
        return read(file, options.precision(), device);
    }

    /** As above, in a given precision; null for that of the file. */
    static Tensor read(Path file, DType precision, Device device) {
        return guarded(file, () -> {
            DType shades = precision == null ? DType.F64 : precision;
            Tensor raw = switch (format(file)) {
                case IDX -> rows(idx(file, precision));
                case PICTURE -> Images.readGray(file, shades);
                case FOLDER -> rows(Images.readFolder(file, shades).images());
                case BED -> Plink.read(file, shades).counts();
                case VCF -> Vcf.read(file, shades).counts();
                default -> read(file);
            };
            DType own = raw.dtype() == DType.F32 ? DType.F32 : DType.F64;
            return moved(raw, precision == null ? own : precision, device);
        });
    }

    /** As {@link #read(Path, DType, Device)}, but that pictures keep their shape, (n, h, w) or (n, h, w, c). */
    static Tensor readShaped(Path file, DType precision, Device device) {
        return guarded(file, () -> {
            Tensor raw = switch (format(file)) {
                case IDX -> idx(file, precision);
                case FOLDER ->
                    Images.readFolder(file, precision == null ? DType.F64 : precision)
                            .images();
                default -> read(file);
            };
            DType own = raw.dtype() == DType.F32 ? DType.F32 : DType.F64;
            return moved(raw, precision == null ? own : precision, device);
        });
    }

    /** Whether a file is a {@code .npy}, by its name or its first bytes. */
    static boolean isNpy(Path file) {
        return guarded(file, () -> format(file) == Format.NPY);
    }

    /**
     * The labels that come with an input: the sub-folders that its pictures lie in, the families of a .fam file; null when there are
     * none, or when each family has one sample.
     */
    static List<String> labels(Path file) {
        return guarded(file, () -> {
            List<String> labels = switch (format(file)) {
                case FOLDER -> Images.labels(file);
                case BED -> families(file);
                default -> List.<String>of();
            };
            return labels.stream().allMatch(String::isEmpty) ? null : labels;
        });
    }

    private static List<String> families(Path file) throws IOException {
        List<String> families = Plink.families(file);
        return families.stream().distinct().count() == families.size() ? List.of() : families;
    }

    /** Whether a file holds genotypes, by its name. */
    static boolean isGenotypes(Path file) {
        return !Files.isDirectory(file) && (Plink.isBed(file) || Vcf.isVcf(file));
    }

    /** The only array of an archive. */
    private static Tensor single(Path file) throws IOException {
        List<String> names = Npz.names(file);
        if (names.size() != 1) {
            throw new UsageException(file + ": holds " + names.size() + " arrays; save the one that is meant as .npy");
        }
        return Npz.read(file, names.get(0));
    }

    private static Tensor dense(Path file) throws IOException {
        try (Csr matrix = sparse(file)) {
            return matrix.toDense();
        }
    }

    /** The sparse matrix in a file, null when it holds a dense one. */
    private static Csr sparse(Path file) throws IOException {
        return switch (format(file)) {
            case NPZ -> Npz.isSparse(file) ? Npz.readSparse(file) : null;
            case MTX -> MatrixMarket.isSparse(file) ? MatrixMarket.readSparse(file) : null;
            default -> null;
        };
    }

    /**
     * Reads a sparse matrix in the precision asked for, without {@code --precision} in that of the file, f64 for integers; nothing
     * when the file holds a dense one.
     *
     * @throws UsageException naming the file, when it cannot be read
     */
    static Optional<Csr> readSparse(Path file, DType precision) {
        return guarded(file, () -> {
            Csr matrix = sparse(file);
            if (matrix == null || precision == null || precision == matrix.dtype()) {
                return Optional.ofNullable(matrix);
            }
            try (matrix;
                    Tensor values = matrix.values().to(precision)) {
                return Optional.of(Csr.ofCompressed(matrix.columns(), matrix.starts(), matrix.indices(), values));
            }
        });
    }

    /** Bytes as value/255; the other element types as they are. */
    private static Tensor idx(Path file, DType precision) throws IOException {
        Tensor raw = Idx.read(file);
        if (raw.dtype() != DType.U8) {
            return raw;
        }
        try (Tensor bytes = raw) {
            return unit(bytes, precision == null ? DType.F64 : precision);
        }
    }

    private static Tensor rows(Tensor images) {
        if (images.shape().rank() <= 2) {
            return images;
        }
        long each = 1;
        for (int axis = 1; axis < images.shape().rank(); axis++) {
            each *= images.dim(axis);
        }
        try (Tensor all = images) {
            return all.reshape(all.dim(0), each);
        }
    }

    private static Tensor moved(Tensor raw, DType dtype, Device device) {
        Tensor cast = raw;
        if (raw.dtype() != dtype) {
            cast = raw.to(dtype);
            raw.close();
        }
        if (cast.device().equals(device)) {
            return cast;
        }
        try (Tensor host = cast) {
            return host.to(device);
        }
    }

    /** value/255, in blocks of rows, so that beside the result only one block is held. */
    private static Tensor unit(Tensor bytes, DType dtype) {
        Tensor out = Tensor.empty(Device.cpu(), dtype, bytes.shape().dims());
        if (bytes.shape().size() == 0) {
            return out;
        }
        long rowBytes = Math.max(1, bytes.shape().size() / bytes.dim(0));
        long block = Math.max(1, (1 << 20) / rowBytes);
        for (long from = 0; from < bytes.dim(0); from += block) {
            long to = Math.min(bytes.dim(0), from + block);
            try (Scope scope = Scope.open()) {
                Tensor values = bytes.slice(0, from, to).to(dtype);
                out.slice(0, from, to).assign(values.divide(Tensor.full(dtype, 255, 1)));
            }
        }
        return out;
    }

    private interface Reading<T> {
        T run() throws IOException;
    }

    private static <T> T guarded(Path file, Reading<T> reading) {
        try {
            return reading.run();
        } catch (IOException e) {
            throw new UsageException(withFile(file, Errors.text(e)), e);
        } catch (IllegalArgumentException e) {
            throw new UsageException(withFile(file, Errors.text(e)), e);
        }
    }

    private static String withFile(Path file, String message) {
        return message.contains(file.getFileName().toString()) ? message : file + ": " + message;
    }

    private static Format format(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            return Format.FOLDER;
        }
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (Images.isPicture(file)) {
            return Format.PICTURE;
        }
        if (name.endsWith(".npy")) {
            return Format.NPY;
        }
        if (name.endsWith(".npz")) {
            return Format.NPZ;
        }
        if (name.endsWith(".mtx") || name.endsWith(".mtx.gz")) {
            return Format.MTX;
        }
        if (name.endsWith(".csv") || name.endsWith(".csv.gz")) {
            return Format.CSV;
        }
        if (name.endsWith("-ubyte") || name.endsWith("-ubyte.gz")) {
            return Format.IDX;
        }
        if (isGenotypes(file)) {
            return Plink.isBed(file) ? Format.BED : Format.VCF;
        }
        byte[] head = head(file, false);
        if (head.length >= 6 && Arrays.equals(head, 0, 6, new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'}, 0, 6)) {
            return Format.NPY;
        }
        if (head.length >= 4 && head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4) {
            return Format.NPZ;
        }
        if (new String(head, StandardCharsets.ISO_8859_1).equals("%%Matrix")) {
            return Format.MTX;
        }
        boolean gzip = head.length >= 2 && head[0] == 0x1f && head[1] == (byte) 0x8b;
        byte[] inner = gzip ? head(file, true) : head;
        if (inner.length >= 4 && inner[0] == 0 && inner[1] == 0 && inner[2] == 8 && inner[3] >= 1 && inner[3] <= 8) {
            return Format.IDX;
        }
        throw new UsageException(file + ": its name and its first bytes tell no format; " + SUPPORTED);
    }

    private static byte[] head(Path file, boolean gzip) throws IOException {
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = gzip ? new GZIPInputStream(raw, 512) : raw) {
            return in.readNBytes(8);
        }
    }
}
