package dev.eckart.cuda;

import dev.eckart.memory.DType;

/** Element types in the kernels' sources. */
final class Types {
    private Types() {}

    static String name(DType dtype) {
        return switch (dtype) {
            case F64 -> "double";
            case F32 -> "float";
            case BF16 -> "eckart::BFloat16";
            case I64 -> "long";
            case I32 -> "int";
            case U8 -> "unsigned char";
        };
    }
}
