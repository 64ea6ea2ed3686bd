package dev.eckart.memory;

import java.util.Locale;

/** Byte counts as text. */
public final class Bytes {
    private static final String UNITS = "kMGTPE";

    private Bytes() {}

    /** As {@code 768 bytes}, {@code 1.5 GiB}. */
    public static String text(long bytes) {
        if (bytes < 1024) {
            return bytes + " bytes";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 1023.95 && unit < UNITS.length() - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %siB", value, UNITS.charAt(unit));
    }

    /**
     * Reads a number of bytes, optionally with k, m or g (powers of 1024).
     *
     * @throws IllegalArgumentException naming {@code property}, for anything else
     */
    public static long parse(String property, String text) {
        String t = text.strip().toLowerCase(Locale.ROOT);
        int shift = t.endsWith("k") ? 10 : t.endsWith("m") ? 20 : t.endsWith("g") ? 30 : 0;
        String digits = shift == 0 ? t : t.substring(0, t.length() - 1);
        if (!digits.matches("\\d{1,18}") || Long.parseLong(digits) > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException(
                    property + ": '" + text + "' is not a number of bytes (as 800000000, 512m or 4g)");
        }
        return Long.parseLong(digits) << shift;
    }
}
