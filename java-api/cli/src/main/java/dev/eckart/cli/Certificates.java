package dev.eckart.cli;

import dev.eckart.linalg.Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Certificates in reports and summaries. */
public final class Certificates {
    private Certificates() {}

    /** The fields of {@code report.json}. */
    public static Map<String, Object> fields(Certificate c) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("norm", c.norm().name().toLowerCase(Locale.ROOT));
        fields.put("residual", c.residual());
        fields.put("relativeResidual", c.relativeResidual());
        fields.put("exact", c.exact());
        fields.put("probability", c.probability());
        fields.put("orthogonalityU", c.orthogonalityU());
        fields.put("orthogonalityV", c.orthogonalityV());
        fields.put("passes", c.passes());
        if (!c.variant().isEmpty()) {
            fields.put("variant", c.variant());
        }
        fields.put("fallbacks", c.fallbacks());
        return fields;
    }

    /** One line for a person. */
    public static String text(Certificate c) {
        String how = c.exact()
                ? "exact"
                : c.probability() >= 1 - 1e-6 ? "bound" : "bound with probability " + c.probability();
        return String.format(
                Locale.ROOT,
                "relative residual %.2g (%s norm, %s), loss of orthogonality U %.2g, V %.2g",
                c.relativeResidual(),
                c.norm().name().toLowerCase(Locale.ROOT),
                how,
                c.orthogonalityU(),
                c.orthogonalityV());
    }

    /** Of two members of a batch: the larger of each figure, all fallbacks, the seconds together. */
    static Certificate worse(Certificate a, Certificate b) {
        Certificate worst = b.relativeResidual() > a.relativeResidual() ? b : a;
        List<String> fallbacks = new ArrayList<>(a.fallbacks());
        b.fallbacks().stream().filter(f -> !fallbacks.contains(f)).forEach(fallbacks::add);
        return new Certificate(
                worst.norm(),
                worst.residual(),
                worst.relativeResidual(),
                a.exact() && b.exact(),
                Math.min(a.probability(), b.probability()),
                Math.max(a.orthogonalityU(), b.orthogonalityU()),
                Math.max(a.orthogonalityV(), b.orthogonalityV()),
                worst.driver(),
                worst.variant(),
                fallbacks,
                Math.max(a.passes(), b.passes()),
                a.seconds() + b.seconds());
    }
}
