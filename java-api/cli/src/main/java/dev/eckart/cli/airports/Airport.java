package dev.eckart.cli.airports;

/**
 * Where an airport lies.
 *
 * @param code of IATA
 * @param name with its city and state
 * @param longitude in degrees, east is positive
 * @param latitude in degrees, north is positive
 */
record Airport(String code, String name, double longitude, double latitude) {
    @Override
    public String toString() {
        return code + " " + name;
    }
}
