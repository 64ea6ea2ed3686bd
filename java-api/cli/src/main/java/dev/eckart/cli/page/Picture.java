package dev.eckart.cli.page;

import dev.eckart.tensor.Tensor;
import java.util.Base64;

/**
 * A small picture as a PNG data URI.
 *
 * @param uri the data URI
 * @param palette how values became colours
 * @param alt what a reader who does not see it is told
 * @param caption a line below it (inline HTML, may be empty)
 */
public record Picture(String uri, Palette palette, String alt, String caption) {
    private static final int LARGER_SIDE = 56;

    /** Values 0..1 (others are clipped) as ink on paper. {@code image}: height × width. */
    public static Picture ink(Tensor image, String alt) {
        return of(image, Palette.INK, 1, alt);
    }

    /** Signed values in two colours; {@code limit} and beyond have the full colour, zero none. {@code image}: height × width. */
    public static Picture signed(Tensor image, double limit, String alt) {
        return of(image, Palette.SIGNED, limit, alt);
    }

    private static Picture of(Tensor image, Palette palette, double limit, String alt) {
        int height = Math.toIntExact(image.dim(0));
        int width = Math.toIntExact(image.dim(1));
        byte[] png = SmallPng.encode(image.toArray(), height, width, palette, limit);
        return new Picture(dataUri(png), palette, alt, "");
    }

    /** The same picture with a line below it (inline HTML). */
    public Picture caption(String html) {
        return new Picture(uri, palette, alt, html);
    }

    static String dataUri(byte[] png) {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
    }

    String html() {
        String below = caption.isEmpty() ? "" : "<span class=\"below\">" + caption + "</span>";
        return "<img class=\"" + palette.cssClass() + "\" width=\"" + LARGER_SIDE + "\" height=\"" + LARGER_SIDE
                + "\" alt=\"" + Html.escape(alt) + "\" src=\"" + uri + "\">" + below;
    }
}
