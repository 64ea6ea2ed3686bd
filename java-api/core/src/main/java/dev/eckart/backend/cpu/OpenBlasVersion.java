package dev.eckart.backend.cpu;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which OpenBLAS the process has: that of whoever loaded one first. An older one than Eckart was compiled against is refused, as it
 * may compute wrongly: 0.3.19, which comes with ND4J, does on AVX-512 (the largest singular value of a 300×200 matrix was 44 times too
 * large).
 */
final class OpenBlasVersion {
    private static final Pattern VERSION = Pattern.compile("OpenBLAS (\\d+)\\.(\\d+)\\.(\\d+)");

    private OpenBlasVersion() {}

    /**
     * Refuses an older version.
     *
     * @param config what OpenBLAS says of itself
     * @param built what the OpenBLAS said that Eckart was compiled against
     * @param path the file it is from
     */
    static void require(String config, String built, String path) {
        Matcher has = VERSION.matcher(config);
        Matcher needs = VERSION.matcher(built);
        if (!needs.find()) {
            throw new IllegalArgumentException("no version in: " + built);
        }
        if (!has.find() || older(has, needs)) {
            throw new IllegalStateException("the process has " + config.strip() + ", from " + path
                    + ", and Eckart needs " + needs.group() + " or newer");
        }
    }

    private static boolean older(Matcher a, Matcher b) {
        for (int i = 1; i <= 3; i++) {
            int difference = Integer.compare(Integer.parseInt(a.group(i)), Integer.parseInt(b.group(i)));
            if (difference != 0) {
                return difference < 0;
            }
        }
        return false;
    }
}
