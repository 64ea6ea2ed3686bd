package dev.eckart.io;

/** Text of unknown origin, made fit for a message. */
final class Text {
    private static final int LONGEST = 40;

    private Text() {}

    /** The first characters, without control characters. */
    static String shorten(String text) {
        String start = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
        return start.replaceAll("\\p{Cntrl}", "\uFFFD");
    }
}
