package dev.eckart.backend;

import dev.eckart.memory.Buffer;
import dev.eckart.memory.DType;
import dev.eckart.memory.Layout;
import dev.eckart.memory.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes the operands of backend calls in every form of memory, reads them by plain index arithmetic, and frees them. */
final class Operands implements AutoCloseable {
    private final Backend backend;
    private final List<Buffer> buffers = new ArrayList<>();

    Operands(Backend backend) {
        this.backend = backend;
    }

    /** How the elements of a shape stand in memory. */
    enum Form {
        CONTIGUOUS,
        /** Part of something larger in every dimension, from an offset on. */
        PADDED,
        /** Every third element. */
        STEPPED,
        TRANSPOSED,
        /** Backwards in every dimension. */
        FLIPPED;

        Shape base(long... dims) {
            long[] d = this == STEPPED ? Arrays.copyOf(dims, dims.length + 1) : dims.clone();
            for (int i = 0; i < dims.length; i++) {
                d[i] = this == PADDED ? dims[i] + 3 : this == TRANSPOSED ? dims[dims.length - 1 - i] : dims[i];
            }
            if (this == STEPPED) {
                d[dims.length] = 3;
            }
            return Shape.of(d);
        }

        Layout layout(long... dims) {
            Layout layout = Layout.contiguous(base(dims));
            for (int i = 0; i < dims.length; i++) {
                if (this == PADDED) {
                    layout = layout.slice(i, 1, dims[i] + 1);
                } else if (this == FLIPPED) {
                    layout = layout.flip(i);
                }
            }
            if (this == STEPPED) {
                return layout.select(-1, 1);
            }
            int[] reversed = new int[dims.length];
            for (int i = 0; i < reversed.length; i++) {
                reversed[i] = reversed.length - 1 - i;
            }
            return this == TRANSPOSED ? layout.permute(reversed) : layout;
        }
    }

    /** A view, and what its memory held around its elements. */
    final class Operand {
        private final View view;
        private final byte[] before;
        private final long[] positions;

        Operand(View view, byte[] before, long[] positions) {
            this.view = view;
            this.before = before;
            this.positions = positions;
        }

        View view() {
            return view;
        }

        /** The elements now; fails when anything around them was written. */
        Values read() {
            byte[] now = new byte[before.length];
            backend.download(view.buffer(), 0, ByteBuffer.wrap(now));
            Values values = Operands.read(now, view.dtype(), positions);
            int width = view.dtype().bytes();
            for (long at : positions) {
                System.arraycopy(before, (int) at * width, now, (int) at * width, width);
            }
            int written = Arrays.mismatch(now, before);
            if (written >= 0) {
                throw new AssertionError("byte " + written + " outside of " + view + " was written");
            }
            return values;
        }
    }

    /** An operand that holds {@code values}. */
    Operand of(Values values, Form form, long... dims) {
        return make(values.dtype(), values, form, dims);
    }

    /** An output: its elements are rubbish. */
    Operand empty(DType dtype, Form form, long... dims) {
        return make(dtype, null, form, dims);
    }

    private Operand make(DType dtype, Values values, Form form, long... dims) {
        Layout layout = form.layout(dims);
        byte[] bytes = new byte[Math.toIntExact(form.base(dims).size() * dtype.bytes())];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (0xF5 + 7 * (i % 3));
        }
        long[] positions = positions(layout);
        if (values != null) {
            write(bytes, values, positions);
        }
        Buffer buffer = backend.allocate(bytes.length);
        buffers.add(buffer);
        backend.upload(ByteBuffer.wrap(bytes), buffer, 0);
        return new Operand(new View(buffer, dtype, layout), bytes, positions);
    }

    /** Where the elements stand, in row-major order: offset + Σ index · stride. */
    static long[] positions(Layout layout) {
        long[] dims = layout.shape().dims();
        long[] strides = new long[dims.length];
        Arrays.setAll(strides, layout::stride);
        long[] positions = new long[Math.toIntExact(layout.shape().size())];
        long[] index = new long[dims.length];
        for (int i = 0; i < positions.length; i++) {
            long at = layout.offset();
            for (int axis = 0; axis < dims.length; axis++) {
                at += index[axis] * strides[axis];
            }
            positions[i] = at;
            for (int axis = dims.length - 1; axis >= 0 && ++index[axis] == dims[axis]; axis--) {
                index[axis] = 0;
            }
        }
        return positions;
    }

    private static void write(byte[] bytes, Values values, long[] positions) {
        ByteBuffer memory = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        for (int i = 0; i < positions.length; i++) {
            int at = Math.toIntExact(positions[i] * values.dtype().bytes());
            switch (values.dtype()) {
                case F64 -> memory.putDouble(at, values.floats()[i]);
                case F32 -> memory.putFloat(at, (float) values.floats()[i]);
                case BF16 -> memory.putShort(at, (short) (Float.floatToIntBits((float) values.floats()[i]) >>> 16));
                case I64 -> memory.putLong(at, values.integers()[i]);
                case I32 -> memory.putInt(at, (int) values.integers()[i]);
                case U8 -> memory.put(at, (byte) values.integers()[i]);
            }
        }
    }

    private static Values read(byte[] bytes, DType dtype, long[] positions) {
        ByteBuffer memory = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        double[] floats = new double[dtype.isFloating() ? positions.length : 0];
        long[] integers = new long[dtype.isFloating() ? 0 : positions.length];
        for (int i = 0; i < positions.length; i++) {
            int at = Math.toIntExact(positions[i] * dtype.bytes());
            switch (dtype) {
                case F64 -> floats[i] = memory.getDouble(at);
                case F32 -> floats[i] = memory.getFloat(at);
                case BF16 -> floats[i] = Float.intBitsToFloat(memory.getShort(at) << 16);
                case I64 -> integers[i] = memory.getLong(at);
                case I32 -> integers[i] = memory.getInt(at);
                case U8 -> integers[i] = memory.get(at) & 0xFF;
            }
        }
        return new Values(dtype, floats, integers);
    }

    @Override
    public void close() {
        buffers.forEach(Buffer::release);
    }
}
