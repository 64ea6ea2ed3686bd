package dev.eckart.cuda;

import dev.eckart.backend.View;
import dev.eckart.memory.Layout;
import java.util.Optional;

/** Softmax and normalization along rows: {@code rows.cuh}. */
final class Rows {
    /** Up to this many elements a row is one thread's. */
    private static final long SHORT = 32;

    private static final int THREADS = 128;

    private final Gpu gpu;

    Rows(Gpu gpu) {
        this.gpu = gpu;
    }

    void softmax(boolean log, View a, View out) {
        if (out.shape().size() == 0) {
            return;
        }
        Walk rows = Walk.byOutput(first(out, 1), first(a, 1));
        long n = a.shape().dim(-1);
        Arguments arguments = rows.addTo(new Arguments())
                .add(n)
                .add(out.layout().stride(-1))
                .add(a.layout().stride(-1))
                .add(log ? 1 : 0);
        launch("softmax", a, rows.count(), n, arguments);
    }

    void normalize(int axes, double epsilon, View a, Optional<View> scale, Optional<View> shift, View out) {
        if (out.shape().size() == 0) {
            return;
        }
        View[] operands = {out, a, scale.orElse(out), shift.orElse(out)};
        Walk rows = Walk.byOutput(first(out, axes), first(a, axes), first(operands[2], axes), first(operands[3], axes));
        long length = a.shape().dim(-1);
        long runs = axes == 1 ? 1 : a.shape().dim(-2);
        long[] inner = new long[4];
        long[] outer = new long[4];
        boolean even = true; // the runs of each operand follow one another
        for (int k = 0; k < 4; k++) {
            inner[k] = operands[k].layout().stride(-1);
            outer[k] = axes == 1 ? 0 : operands[k].layout().stride(-2);
            even &= outer[k] == length * inner[k];
        }
        if (runs > 1 && even) {
            length *= runs;
            runs = 1;
        }
        Arguments arguments = rows.addTo(new Arguments())
                .add(runs)
                .add(length)
                .add(outer, 4)
                .add(inner, 4)
                .add(scale.isPresent() ? 1 : 0)
                .add(shift.isPresent() ? 1 : 0)
                .add(epsilon);
        launch("normalize", a, rows.count(), runs * length, arguments);
    }

    /** Where rows over the last axes begin. */
    private static View first(View view, int axes) {
        Layout layout = view.layout();
        for (int i = 0; i < axes; i++) {
            layout = layout.select(-1, 0);
        }
        return view.with(layout);
    }

    private void launch(String kernel, View a, long rows, long length, Arguments arguments) {
        String module = "rows.cuh ECKART_ROWS(" + Types.name(a.dtype()) + ")";
        if (length <= SHORT) {
            gpu.launch(module, kernel + "_thread", rows, arguments);
        } else {
            gpu.launchBlocks(module, kernel + "_block", rows, THREADS, arguments);
        }
    }
}
