package dev.eckart.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.eckart.linalg.Certificate;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Devices;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A report: named values in order of insertion, written as JSON. A value is text, a number, a truth value, null, an array of
 * {@code long} or {@code double}, an {@code Iterable} or a {@code Map} of such. NaN and infinities, which JSON lacks, become null.
 */
public final class Report {
    private final Map<String, Object> values = new LinkedHashMap<>();

    /** Adds one value, or replaces it. */
    public Report put(String name, Object value) {
        values.put(name, value);
        return this;
    }

    /** Adds {@code driver}, {@code seconds} of a page, and {@code certificate}. */
    public Report putDecomposition(Certificate certificate, double loadSeconds, double computeSeconds) {
        Map<String, Object> seconds = new LinkedHashMap<>();
        seconds.put("load", loadSeconds);
        seconds.put("decomposition", certificate.seconds());
        seconds.put("compute", computeSeconds);
        return put("driver", certificate.driver().toString())
                .put("seconds", seconds)
                .put("certificate", Certificates.fields(certificate));
    }

    /** Adds {@code versions} and {@code device}. */
    public Report putMachine(Device device) {
        Map<String, Object> versions = new LinkedHashMap<>();
        versions.put("eckart", Main.version());
        versions.put("java", System.getProperty("java.version"));
        versions.put("kernels", Devices.describe(device));
        return put("device", device.toString()).put("versions", versions);
    }

    /** The JSON text, indented. */
    @Override
    public String toString() {
        StringWriter text = new StringWriter();
        // Only the streaming half of Jackson: mapping of classes would take a third of the start-up time.
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            write(json, values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                json.writeFieldName(String.valueOf(entry.getKey()));
                write(json, entry.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof Iterable<?> all) {
            json.writeStartArray();
            for (Object each : all) {
                write(json, each);
            }
            json.writeEndArray();
        } else if (value instanceof long[] numbers) {
            json.writeArray(numbers, 0, numbers.length);
        } else if (value instanceof double[] numbers) {
            json.writeStartArray();
            for (double number : numbers) {
                number(json, number);
            }
            json.writeEndArray();
        } else {
            scalar(json, value);
        }
    }

    private static void scalar(JsonGenerator json, Object value) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof Double || value instanceof Float) {
            number(json, ((Number) value).doubleValue());
        } else if (value instanceof Number whole) {
            json.writeNumber(whole.longValue());
        } else if (value instanceof Boolean truth) {
            json.writeBoolean(truth);
        } else {
            json.writeString(value.toString());
        }
    }

    private static void number(JsonGenerator json, double number) throws IOException {
        if (Double.isFinite(number)) {
            json.writeNumber(number);
        } else {
            json.writeNull();
        }
    }
}
