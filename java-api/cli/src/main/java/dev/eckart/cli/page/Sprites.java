package dev.eckart.cli.page;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.eckart.tensor.Tensor;
import java.io.IOException;

/**
 * Many pictures of one size in one PNG, shown one at a time beside a point of a chart.
 *
 * @param uri the data URI
 * @param columns pictures in a row of the sheet
 * @param width of a picture in pixels
 * @param height of a picture in pixels
 */
public record Sprites(String uri, int columns, int width, int height) {
    /** Lays out the rows of {@code images} (count × height·width, values 0..1), as ink on paper. */
    public static Sprites of(Tensor images, int height, int width) {
        int count = Math.toIntExact(images.dim(0));
        int columns = Math.max(1, (int) Math.ceil(Math.sqrt(count)));
        int lines = Math.max(1, (count + columns - 1) / columns);
        double[] sheet = new double[lines * height * columns * width];
        double[] values = images.toArray();
        for (int i = 0; i < count; i++) {
            int top = i / columns * height;
            int left = i % columns * width;
            for (int y = 0; y < height; y++) {
                System.arraycopy(values, (i * height + y) * width, sheet, (top + y) * columns * width + left, width);
            }
        }
        byte[] png = SmallPng.encode(sheet, lines * height, columns * width, Palette.INK, 1);
        return new Sprites(Picture.dataUri(png), columns, width, height);
    }

    void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("uri", uri);
        json.writeNumberField("columns", columns);
        json.writeNumberField("width", width);
        json.writeNumberField("height", height);
        json.writeEndObject();
    }
}
