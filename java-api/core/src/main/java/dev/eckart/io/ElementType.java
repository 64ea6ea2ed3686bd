package dev.eckart.io;

import dev.eckart.memory.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * The element types of files, each with the tensor type that holds it: the one table of them. A type that a tensor does not have is
 * widened to the next that holds every value exactly.
 */
enum ElementType {
    F8("f8", 8, DType.F64, 0x0E),
    F4("f4", 4, DType.F32, 0x0D),
    F2("f2", 2, DType.F32, -1),
    /** bfloat16, which NumPy does not have. */
    BF2(null, 2, DType.BF16, -1),
    I8("i8", 8, DType.I64, -1),
    I4("i4", 4, DType.I32, 0x0C),
    I2("i2", 2, DType.I32, 0x0B),
    I1("i1", 1, DType.I32, 0x09),
    U4("u4", 4, DType.I64, -1),
    U2("u2", 2, DType.I32, -1),
    U1("u1", 1, DType.U8, 0x08),
    B1("b1", 1, DType.U8, -1);

    /** Size of the blocks in which data is swapped or widened: a multiple of every element size, small enough for the cache. */
    private static final int BLOCK = 1 << 18;

    private final String npy;
    private final int bytes;
    private final DType dtype;
    private final int idx;

    ElementType(String npy, int bytes, DType dtype, int idx) {
        this.npy = npy;
        this.bytes = bytes;
        this.dtype = dtype;
        this.idx = idx;
    }

    /** The type NumPy calls {@code name}, kind and size without byte order. */
    static Optional<ElementType> ofNpy(String name) {
        return Arrays.stream(values()).filter(t -> name.equals(t.npy)).findFirst();
    }

    /** The type whose code is the third byte of an IDX file. */
    static Optional<ElementType> ofIdx(int code) {
        return Arrays.stream(values()).filter(t -> t.idx == code).findFirst();
    }

    /** NumPy's type that holds a tensor's elements as they are; none for BF16. */
    static Optional<ElementType> of(DType dtype) {
        return Arrays.stream(values())
                .filter(t -> t.dtype == dtype && t.npy != null && t.isExact())
                .findFirst();
    }

    /** The names NumPy has for all of them. */
    static String names() {
        return String.join(
                ", ",
                Arrays.stream(values()).map(t -> t.npy).filter(Objects::nonNull).toList());
    }

    /** The type of the tensor that holds such elements. */
    DType dtype() {
        return dtype;
    }

    /** Bytes per element in a file. */
    int bytes() {
        return bytes;
    }

    /** NumPy's name, without byte order: {@code f8}. */
    String npy() {
        return npy;
    }

    /** NumPy's name with the byte order of this machine: {@code <f8}, {@code |u1}. */
    String npyNative() {
        String order = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? "<" : ">";
        return (bytes == 1 ? "|" : order) + npy;
    }

    /** Fills a buffer to its limit. */
    interface Source {
        void read(ByteBuffer target) throws IOException;
    }

    /** Fills {@code target}, elements of {@link #dtype} in native order, from file elements in {@code order}. */
    void read(Source source, ByteOrder order, ByteBuffer target) throws IOException {
        if (isExact() && (bytes == 1 || order == ByteOrder.nativeOrder())) {
            source.read(target);
        } else if (isExact()) {
            while (target.hasRemaining()) {
                ByteBuffer block = target.slice(target.position(), Math.min(BLOCK, target.remaining()));
                source.read(block);
                swap(block.flip());
                target.position(target.position() + block.limit());
            }
        } else {
            ByteBuffer staging = ByteBuffer.allocate(Math.min(BLOCK, target.remaining() / dtype.bytes() * bytes))
                    .order(order);
            while (target.hasRemaining()) {
                staging.clear().limit(Math.min(staging.capacity(), target.remaining() / dtype.bytes() * bytes));
                source.read(staging);
                widen(staging.flip(), target);
            }
        }
    }

    private boolean isExact() {
        return bytes == dtype.bytes() && this != B1;
    }

    /** Reverses the bytes of each element in place; the bulk put between buffers of two orders does it in native code. */
    private void swap(ByteBuffer block) {
        ByteBuffer foreign = block.duplicate()
                .order(
                        ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
                                ? ByteOrder.LITTLE_ENDIAN
                                : ByteOrder.BIG_ENDIAN);
        ByteBuffer own = block.duplicate().order(ByteOrder.nativeOrder());
        if (bytes == 8) {
            own.asLongBuffer().put(foreign.asLongBuffer());
        } else if (bytes == 2) {
            own.asShortBuffer().put(foreign.asShortBuffer());
        } else {
            own.asIntBuffer().put(foreign.asIntBuffer());
        }
    }

    private void widen(ByteBuffer from, ByteBuffer to) {
        while (from.hasRemaining()) {
            switch (this) {
                case F2 -> to.putFloat(Half.toFloat(from.getShort()));
                case I2 -> to.putInt(from.getShort());
                case I1 -> to.putInt(from.get());
                case U2 -> to.putInt(Short.toUnsignedInt(from.getShort()));
                case U4 -> to.putLong(Integer.toUnsignedLong(from.getInt()));
                case B1 -> to.put((byte) (from.get() == 0 ? 0 : 1));
                default -> throw new AssertionError(this + " is read as it is");
            }
        }
    }
}
