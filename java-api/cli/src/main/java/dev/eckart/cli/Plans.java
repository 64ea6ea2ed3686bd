package dev.eckart.cli;

import dev.eckart.linalg.SvdPlan;

/** What {@code --explain} prints. */
final class Plans {
    private Plans() {}

    static void print(GlobalOptions options, SvdPlan plan) {
        if (!options.json()) {
            options.out().println(plan);
            return;
        }
        options.out()
                .println(new Report()
                        .put("shape", plan.shape().dims())
                        .put("rank", plan.rank())
                        .put("driver", plan.driver().toString())
                        .put("reason", plan.reason())
                        .put("flops", plan.flops())
                        .put("bytes", plan.bytes())
                        .put("workspace", plan.workspace())
                        .put("seconds", plan.seconds()));
    }
}
