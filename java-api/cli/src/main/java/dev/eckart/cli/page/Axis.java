package dev.eckart.cli.page;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/**
 * An axis of a chart.
 *
 * @param name what it measures, plain text
 * @param type of the scale
 * @param categories the names on a scale of categories, else empty
 * @param from first value, NaN to leave it to the data
 * @param to last value, NaN to leave it to the data
 */
public record Axis(String name, Type type, List<String> categories, double from, double to) {
    /** Scales. */
    public enum Type {
        /** Equal steps are equal differences. */
        VALUE,
        /** Equal steps are equal ratios; only positive values are shown. */
        LOG,
        /** Names, one after the other. */
        CATEGORY
    }

    /** A linear scale as long as the data. */
    public static Axis linear(String name) {
        return new Axis(name, Type.VALUE, List.of(), Double.NaN, Double.NaN);
    }

    /** A linear scale of fixed length. */
    public static Axis linear(String name, double from, double to) {
        return new Axis(name, Type.VALUE, List.of(), from, to);
    }

    /** A logarithmic scale as long as the data. */
    public static Axis log(String name) {
        return new Axis(name, Type.LOG, List.of(), Double.NaN, Double.NaN);
    }

    /** A scale of names. */
    public static Axis categories(String name, List<String> names) {
        return new Axis(name, Type.CATEGORY, List.copyOf(names), Double.NaN, Double.NaN);
    }

    boolean logarithmic() {
        return type == Type.LOG;
    }

    void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", type.name().toLowerCase(java.util.Locale.ROOT));
        json.writeStringField("name", name);
        if (type == Type.CATEGORY) {
            json.writeArrayFieldStart("data");
            for (String category : categories) {
                json.writeString(category);
            }
            json.writeEndArray();
        }
        if (!Double.isNaN(from)) {
            json.writeNumberField("min", from);
        }
        if (!Double.isNaN(to)) {
            json.writeNumberField("max", to);
        }
        json.writeEndObject();
    }

    /** A number to a few significant digits: a chart shows no more, and the page stays small. */
    static void number(JsonGenerator json, double value, int digits) throws IOException {
        if (value == Math.rint(value) && Math.abs(value) < 1e9) {
            json.writeNumber((long) value);
        } else {
            json.writeNumber(new BigDecimal(value)
                    .round(new MathContext(digits))
                    .stripTrailingZeros()
                    .toString());
        }
    }
}
