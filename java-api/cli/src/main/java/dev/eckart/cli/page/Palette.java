package dev.eckart.cli.page;

/** How the values of a picture become bytes, and bytes colours. */
enum Palette {
    /** 0 is paper, 1 is ink: a grey scale that the style sheet turns over in the light theme. */
    INK("ink") {
        @Override
        int index(double value, double limit) {
            return (int) Math.round(255 * Math.min(1, Math.max(0, value / limit)));
        }

        @Override
        int[] colours() {
            return new int[0];
        }
    },
    /** Orange above zero, blue below it, transparent at zero: the same picture suits a light and a dark page. */
    SIGNED("signed") {
        @Override
        int index(double value, double limit) {
            return HALF + (int) Math.round(HALF * Math.min(1, Math.max(-1, value / limit)));
        }

        @Override
        int[] colours() {
            int[] out = new int[2 * HALF + 1];
            for (int i = 0; i < out.length; i++) {
                int alpha = (int) Math.round(255 * Math.pow(Math.abs(i - HALF) / (double) HALF, 0.75));
                out[i] = alpha << 24 | (i >= HALF ? 0xe8622c : 0x2f7de1);
            }
            return out;
        }
    };

    /** Shades on each side of zero: the palette travels with every picture, so it is small. */
    private static final int HALF = 31;

    private final String cssClass;

    Palette(String cssClass) {
        this.cssClass = cssClass;
    }

    String cssClass() {
        return cssClass;
    }

    /** The byte of a value; {@code limit} has the full colour. NaN counts as 0. */
    abstract int index(double value, double limit);

    /** The colour of each byte (alpha, red, green, blue, eight bits each); empty for plain grey. */
    abstract int[] colours();
}
