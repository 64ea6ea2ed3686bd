package dev.eckart.cli.rdata;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A value of R.
 *
 * @param data int[] (also of logicals; {@link #NA} where missing), double[], String[] (null where missing), List of RValue, or null for
 *     NULL, for an object whose slots are its attributes, and for what is read over (calls, environments)
 * @param attributes by name, as {@code dim}, {@code names}, {@code levels}; of an S4 object its slots; of a pairlist its elements
 */
public record RValue(Object data, Map<String, RValue> attributes) {
    /** R's missing integer. */
    public static final int NA = Integer.MIN_VALUE;

    static final RValue NULL = new RValue(null, Map.of());

    /** The attribute, slot or element of a pairlist that is called so, or the element of a list with {@code names}. */
    public RValue get(String name) {
        RValue found = attributes.get(name);
        if (found == null && data instanceof List<?> list && attributes.containsKey("names")) {
            int at = Arrays.asList(attributes.get("names").strings()).indexOf(name);
            found = at < 0 || at >= list.size() ? null : (RValue) list.get(at);
        }
        if (found == null) {
            throw new IllegalArgumentException("R: there is no '" + name + "'; there are " + attributes.keySet());
        }
        return found;
    }

    /** The integers. */
    public int[] ints() {
        return as(int[].class, "integers");
    }

    /** The doubles; integers too, missing ones as NaN. */
    public double[] doubles() {
        if (data instanceof int[] ints) {
            double[] out = new double[ints.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = ints[i] == NA ? Double.NaN : ints[i];
            }
            return out;
        }
        return as(double[].class, "numbers");
    }

    /** The texts; those of a factor by its levels. */
    public String[] strings() {
        if (data instanceof int[] codes && attributes.containsKey("levels")) {
            String[] levels = attributes.get("levels").strings();
            String[] out = new String[codes.length];
            for (int i = 0; i < out.length; i++) {
                if (codes[i] != NA && (codes[i] < 1 || codes[i] > levels.length)) {
                    throw new IllegalArgumentException(
                            "R: a factor has code " + codes[i] + " and " + levels.length + " levels");
                }
                out[i] = codes[i] == NA ? null : levels[codes[i] - 1];
            }
            return out;
        }
        return as(String[].class, "texts");
    }

    private <T> T as(Class<T> type, String what) {
        if (!type.isInstance(data)) {
            throw new IllegalArgumentException("R: " + what + " were expected, found "
                    + (data == null ? "none" : data.getClass().getSimpleName()));
        }
        return type.cast(data);
    }
}
