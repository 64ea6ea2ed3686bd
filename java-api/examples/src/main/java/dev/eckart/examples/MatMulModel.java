package dev.eckart.examples;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The ONNX model y = MatMul(x, w) over f32 matrices of any size, written field by field (onnx.proto); yours comes from a file. */
final class MatMulModel {
    private static final int FLOAT = 1;

    private MatMulModel() {}

    static byte[] bytes() {
        byte[] node = join(text(1, "x"), text(1, "w"), text(2, "y"), text(4, "MatMul"));
        byte[] graph = join(
                field(1, node),
                text(2, "product"),
                field(11, matrix("x")),
                field(11, matrix("w")),
                field(12, matrix("y")));
        byte[] operators = join(text(1, ""), number(2, 13));
        return join(number(1, 8), field(7, graph), field(8, operators));
    }

    /** A ValueInfoProto: the name, and the type with two sizes that are left open. */
    private static byte[] matrix(String name) {
        byte[] shape = join(field(1, new byte[0]), field(1, new byte[0]));
        byte[] tensor = join(number(1, FLOAT), field(2, shape));
        return join(text(1, name), field(2, field(1, tensor)));
    }

    private static byte[] number(int field, int value) {
        return new byte[] {(byte) (field << 3), (byte) value};
    }

    private static byte[] text(int field, String value) {
        return field(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Tag, length (all are below 128 here) and content. */
    private static byte[] field(int field, byte[] content) {
        return join(new byte[] {(byte) (field << 3 | 2), (byte) content.length}, content);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
