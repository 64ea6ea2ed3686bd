package dev.eckart.io;

import java.util.Locale;
import java.util.Set;

/** A cell of a table of numbers. */
final class Cell {
    private static final Set<String> MISSING = Set.of("", "na", "nan", "n/a", "null", "none", "-", "?", ".");
    private static final Set<String> INFINITE = Set.of("inf", "infinity", "+inf", "+infinity", "-inf", "-infinity");

    private Cell() {}

    /** The number in a cell; infinite when it is too large for F64, NaN when there is none. */
    static double number(String cell) {
        int end = cell.length();
        while (end > 0 && cell.charAt(end - 1) <= ' ') {
            end--;
        }
        char last = end == 0 ? 0 : cell.charAt(end - 1);
        // Java would also read 1d, 1f and 0x1p3.
        boolean digits = (last >= '0' && last <= '9') || last == '.';
        if (digits && cell.indexOf('x') < 0 && cell.indexOf('X') < 0) {
            try {
                return Double.parseDouble(cell);
            } catch (NumberFormatException e) {
                return Double.NaN;
            }
        }
        return INFINITE.contains(cell.strip().toLowerCase(Locale.ROOT)) ? Double.POSITIVE_INFINITY : Double.NaN;
    }

    /** Whether a cell stands for a value that is not known. */
    static boolean isMissing(String cell) {
        return MISSING.contains(cell.strip().toLowerCase(Locale.ROOT));
    }

    /** What is wrong with a cell that holds no finite number. */
    static String problem(String cell) {
        if (isMissing(cell)) {
            return "the value is missing";
        }
        if (Double.isInfinite(number(cell))) {
            return "'" + Text.shorten(cell) + "' is not finite in F64";
        }
        boolean comma = !Double.isNaN(number(cell.replace(',', '.'))) && cell.indexOf(',') >= 0;
        return "'" + Text.shorten(cell) + "' is no number" + (comma ? " (write decimals with a point)" : "");
    }
}
