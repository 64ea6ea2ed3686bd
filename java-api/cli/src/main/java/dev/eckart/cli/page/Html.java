package dev.eckart.cli.page;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Text and numbers as HTML. */
public final class Html {
    private Html() {}

    /** Text with the characters that mean something in HTML (also inside attributes) replaced. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** A number to {@code digits} significant digits; very small and very large ones as a power of ten. */
    public static String number(double value, int digits) {
        if (!Double.isFinite(value)) {
            return String.valueOf(value);
        }
        if (value == 0) {
            return "0";
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits));
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent < -4 || exponent > 6) {
            return sign(rounded.movePointLeft(exponent)) + "&nbsp;·&nbsp;10<sup>" + sign(BigDecimal.valueOf(exponent))
                    + "</sup>";
        }
        return sign(rounded);
    }

    /** A number to four significant digits. */
    public static String number(double value) {
        return number(value, 4);
    }

    /** A count, in groups of three digits. */
    public static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** A fraction of one as a percentage with {@code decimals} decimals. */
    public static String percent(double fraction, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f&nbsp;%%", 100 * fraction);
    }

    /** A duration, marked as such: durations are all that differs between two runs with the same seed. */
    public static String seconds(double seconds) {
        return String.format(Locale.ROOT, "<span class=\"seconds\">%.2f&nbsp;s</span>", seconds);
    }

    private static String sign(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.toPlainString().replace('-', '−');
    }
}
