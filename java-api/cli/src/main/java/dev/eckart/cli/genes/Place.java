package dev.eckart.cli.genes;

/**
 * Where a population lives.
 *
 * @param name of the population
 * @param region of the world, as {@code EUROPE}
 * @param latitude in degrees, north is positive
 * @param longitude in degrees, east is positive
 */
record Place(String name, String region, double latitude, double longitude) {
    /** The region as a person writes it. */
    String regionName() {
        StringBuilder out = new StringBuilder();
        for (String word : region.split("_", -1)) {
            out.append(out.length() == 0 ? "" : " ")
                    .append(word.substring(0, Math.min(1, word.length())))
                    .append(word.substring(Math.min(1, word.length())).toLowerCase(java.util.Locale.ROOT));
        }
        return out.toString();
    }
}
