package dev.eckart.io;

import java.nio.ByteOrder;

/**
 * The {@code descr} of a {@code .npy} header.
 *
 * @param type of the elements
 * @param order of the bytes of an element
 */
record NpyDescriptor(ElementType type, ByteOrder order) {
    static NpyDescriptor parse(InputFile file, long offset, Object literal) throws BadFileException {
        if (!(literal instanceof String text)) {
            throw file.bad(offset, "holds a structured array; save one field at a time: numpy.save(file, a['field'])");
        }
        char order = text.isEmpty() ? 0 : text.charAt(0);
        String name = "<>=|".indexOf(order) >= 0 ? text.substring(1) : text;
        ElementType type = ElementType.ofNpy(name)
                .orElseThrow(() -> file.bad(offset, "element type '" + Text.shorten(text) + "' " + reason(name)));
        return new NpyDescriptor(
                type,
                switch (order) {
                    case '>' -> ByteOrder.BIG_ENDIAN;
                    case '<' -> ByteOrder.LITTLE_ENDIAN;
                    default -> ByteOrder.nativeOrder();
                });
    }

    private static String reason(String name) {
        return switch (name.isEmpty() ? 0 : name.charAt(0)) {
            case 'u' -> "may hold numbers beyond i64; save a.astype('int64') or a.astype('float64')";
            case 'c' -> "is complex, which is not supported; save a.real and a.imag";
            case 'O' -> "holds pickled Python objects, which are never read; save a.astype('float64')";
            case 'S', 'U', 'a' -> "holds text; save numbers";
            case 'M', 'm' -> "holds times; save a.astype('int64')";
            case 'V' -> "holds structured or raw bytes; save one field, or a.astype('float32') for bfloat16";
            default -> "is none of " + ElementType.names() + "; save a.astype('float64')";
        };
    }
}
