package dev.eckart.cli;

import dev.eckart.linalg.SvdPlan;
import java.util.LinkedHashMap;
import java.util.Map;

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
                        .put("seconds", plan.seconds())
                        .put(
                                "candidates",
                                plan.candidates().stream().map(Plans::fields).toList()));
    }

    private static Map<String, Object> fields(SvdPlan.Candidate candidate) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("driver", candidate.driver().toString());
        fields.put("seconds", candidate.seconds());
        fields.put("bytes", candidate.bytes());
        return fields;
    }
}
