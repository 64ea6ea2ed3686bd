package dev.eckart.io;

import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The arrays that {@code scipy.sparse.save_npz} writes: format, shape, data, and by format the indices. */
final class SparseNpz {
    static final String FORMAT = "format";
    private static final int LONGEST_TAG = 4096;

    private SparseNpz() {}

    static Csr read(Npz.Archive archive) throws IOException {
        InputFile file = archive.file();
        if (!archive.names().contains(FORMAT)) {
            throw file.bad(-1, "holds no sparse matrix of scipy.sparse.save_npz: it has no array 'format'");
        }
        String format = tag(archive.bytes(FORMAT, LONGEST_TAG));
        if (!format.equals("csr") && !format.equals("csc") && !format.equals("coo")) {
            throw file.bad(
                    -1,
                    "holds a sparse matrix of format '" + Text.shorten(format)
                            + "'; csr, csc and coo are read: save A.tocsr()");
        }
        try (Scope scope = Scope.open()) {
            Tensor shape = archive.read("shape");
            if (shape.shape().rank() != 1 || shape.dim(0) != 2 || shape.dtype().isFloating()) {
                throw file.bad(-1, "shape is no pair of integers");
            }
            long[] size = shape.toLongArray();
            Tensor data = archive.read("data");
            Tensor values = data.dtype() == DType.F32 ? data : data.to(DType.F64);
            try {
                if (format.equals("coo")) {
                    return Csr.ofCoordinates(size[0], size[1], archive.read("row"), archive.read("col"), values);
                }
                boolean byRows = format.equals("csr");
                Tensor starts = archive.read("indptr");
                if (starts.shape().rank() != 1 || starts.dim(0) != size[byRows ? 0 : 1] + 1) {
                    throw file.bad(
                            -1,
                            "indptr has shape " + starts.shape() + ", but the matrix is (" + size[0] + "," + size[1]
                                    + ")");
                }
                Csr compressed = Csr.ofCompressed(size[byRows ? 1 : 0], starts, archive.read("indices"), values);
                if (byRows) {
                    return compressed;
                }
                try (compressed) {
                    return compressed.transpose();
                }
            } catch (IllegalArgumentException e) {
                throw file.bad(-1, e.getMessage());
            }
        }
    }

    /** The text of an array of one string, bytes (descr S) or UTF-32 (descr U). */
    private static String tag(byte[] npy) {
        String all = new String(npy, StandardCharsets.ISO_8859_1);
        int end = all.indexOf('\n');
        return end < 0 ? "" : all.substring(end + 1).replace("\0", "");
    }

    /** A {@code .npy} of rank 0 that holds the bytes "csr". */
    static byte[] csrTag() {
        String dict = "{'descr': '|S3', 'fortran_order': False, 'shape': (), }";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
        out.writeBytes(String.format("%-117s%n", dict).replace("\r", "").getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(new byte[] {'c', 's', 'r'});
        return out.toByteArray();
    }

    static Map<String, Tensor> arrays(Csr matrix, Tensor shape) {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put("shape", shape);
        arrays.put("data", matrix.values());
        arrays.put("indices", matrix.indices());
        arrays.put("indptr", matrix.starts());
        return arrays;
    }
}
