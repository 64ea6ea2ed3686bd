package dev.eckart.cuda;

import dev.eckart.backend.View;
import java.util.ArrayList;
import java.util.List;

/**
 * The index space of an element-wise kernel and the strides of its operands in it, as {@code device.cuh} reads them: axes of size 1
 * are gone, neighbours that every operand steps through evenly are one.
 */
final class Walk {
    private static final int MAX_RANK = 8;

    private final List<long[]> axes = new ArrayList<>(); // {size, stride of each operand}
    private final View[] views;

    private Walk(View... views) {
        this.views = views;
        for (int i = 0; i < views[0].shape().rank(); i++) {
            long[] axis = new long[1 + views.length];
            axis[0] = views[0].shape().dim(i);
            for (int k = 0; k < views.length; k++) {
                axis[1 + k] = views[k].layout().stride(i);
            }
            if (axis[0] != 1) {
                axes.add(axis);
            }
        }
    }

    /** In the row-major order of the operands; all have the shape of the first. */
    static Walk inOrder(View... views) {
        Walk walk = new Walk(views);
        walk.merge();
        return walk;
    }

    /** In the order of the first operand's memory, which is the output's: neighbouring threads write neighbours. */
    static Walk byOutput(View... views) {
        Walk walk = new Walk(views);
        walk.axes.sort((a, b) -> Long.compare(Math.abs(b[1]), Math.abs(a[1])));
        walk.merge();
        return walk;
    }

    /** In the order of the second operand's memory, which is a reduction's input: its longest strides first. */
    static Walk byInput(View out, View in) {
        Walk walk = new Walk(out, in);
        walk.axes.sort((a, b) -> Long.compare(Math.abs(b[2]), Math.abs(a[2])));
        walk.merge();
        return walk;
    }

    private void merge() {
        for (int i = axes.size() - 2; i >= 0; i--) {
            long[] outer = axes.get(i);
            long[] inner = axes.get(i + 1);
            boolean even = true;
            for (int k = 1; k < outer.length; k++) {
                even &= outer[k] == inner[0] * inner[k];
            }
            if (even) {
                inner[0] *= outer[0];
                axes.remove(i);
            }
        }
    }

    long count() {
        return views[0].shape().size();
    }

    int rank() {
        return axes.size();
    }

    /** The size of an axis. */
    long dim(int axis) {
        return axes.get(axis)[0];
    }

    /** The stride of an operand along an axis. */
    long stride(int operand, int axis) {
        return axes.get(axis)[1 + operand];
    }

    /** Adds the fields of {@code Walk<N>}. */
    Arguments addTo(Arguments arguments) {
        arguments.add(count()).add(rank());
        arguments.add(column(0), MAX_RANK);
        for (int k = 0; k < views.length; k++) {
            arguments.add(views[k].address()).add(column(1 + k), MAX_RANK);
        }
        return arguments;
    }

    private long[] column(int entry) {
        return axes.stream().mapToLong(a -> a[entry]).toArray();
    }
}
