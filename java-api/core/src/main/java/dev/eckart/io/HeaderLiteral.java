package dev.eckart.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A strict reader of the Python literals that stand in {@code .npy} headers: a dict with string keys whose values are strings, True
 * or False, and tuples or lists of integers, strings and further tuples. Nothing is evaluated.
 */
final class HeaderLiteral {
    private static final int MAX_DEPTH = 16;

    private final String text;
    private int at;
    private int depth;

    private HeaderLiteral(String text) {
        this.text = text;
    }

    /** What does not follow the grammar, and where. */
    static final class SyntaxException extends Exception {
        private static final long serialVersionUID = 1;
        private final int position;

        SyntaxException(int position, String message) {
            super(message);
            this.position = position;
        }

        int position() {
            return position;
        }
    }

    /** A tuple; lists are Lists. */
    record Tuple(List<Object> items) {}

    /**
     * The dict in {@code text}; values are String, Boolean, Long, {@link Tuple} or List.
     *
     * @throws SyntaxException with the position of the first character that can't stand where it does
     */
    static Map<String, Object> parse(String text) throws SyntaxException {
        HeaderLiteral literal = new HeaderLiteral(text);
        Map<String, Object> dict = literal.dict();
        literal.skipSpace();
        if (literal.at < text.length()) {
            throw literal.unexpected("the end of the header");
        }
        return dict;
    }

    private Map<String, Object> dict() throws SyntaxException {
        Map<String, Object> dict = new LinkedHashMap<>();
        skipSpace();
        expect('{');
        while (!accept('}')) {
            int start = at;
            if (peek() != '\'' && peek() != '"') {
                throw unexpected("a key in quotes");
            }
            String key = string();
            expect(':');
            if (dict.put(key, value()) != null) {
                throw new SyntaxException(start, "the key '" + key + "' stands twice");
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        return dict;
    }

    private Object value() throws SyntaxException {
        skipSpace();
        char c = peek();
        if (c == '\'' || c == '"') {
            return string();
        }
        if (c == '(') {
            return tuple();
        }
        if (c == '[') {
            return sequence(']');
        }
        if (c == '-' || (c >= '0' && c <= '9')) {
            return integer();
        }
        if (word("True")) {
            return true;
        }
        if (word("False")) {
            return false;
        }
        throw unexpected("a value");
    }

    /** In Python (3) is a number and (3,) a tuple. */
    private Object tuple() throws SyntaxException {
        int start = at;
        List<Object> items = sequence(')');
        if (items.size() == 1 && text.substring(start, at).replaceAll("\\s", "").endsWith(",)")) {
            return new Tuple(items);
        }
        return items.size() == 1 ? items.get(0) : new Tuple(items);
    }

    private List<Object> sequence(char end) throws SyntaxException {
        if (++depth > MAX_DEPTH) {
            throw new SyntaxException(at, "brackets nest deeper than " + MAX_DEPTH);
        }
        List<Object> items = new ArrayList<>();
        at++;
        while (!accept(end)) {
            items.add(value());
            if (!accept(',')) {
                expect(end);
                break;
            }
        }
        depth--;
        return items;
    }

    private String string() throws SyntaxException {
        char quote = text.charAt(at);
        int end = text.indexOf(quote, at + 1);
        int escape = text.indexOf('\\', at);
        if (end < 0) {
            throw new SyntaxException(at, "the string that begins here does not end");
        }
        if (escape >= 0 && escape < end) {
            throw new SyntaxException(escape, "escapes in strings are not supported");
        }
        String content = text.substring(at + 1, end);
        at = end + 1;
        return content;
    }

    private Long integer() throws SyntaxException {
        int start = at;
        if (text.charAt(at) == '-') {
            at++;
        }
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        String digits = text.substring(start, at);
        if (at < text.length() && text.charAt(at) == 'L') {
            at++; // Python 2 wrote long integers as 3L.
        }
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new SyntaxException(start, "'" + Text.shorten(digits) + "' is no integer below 2^63");
        }
    }

    private boolean word(String word) {
        if (text.startsWith(word, at)) {
            at += word.length();
            return true;
        }
        return false;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private boolean accept(char c) {
        skipSpace();
        if (peek() == c) {
            at++;
            skipSpace();
            return true;
        }
        return false;
    }

    private void expect(char c) throws SyntaxException {
        if (!accept(c)) {
            throw unexpected("'" + c + "'");
        }
    }

    private SyntaxException unexpected(String wanted) {
        String found = at < text.length() ? "'" + Text.shorten(text.substring(at)) + "'" : "the end of the header";
        return new SyntaxException(at, "expected " + wanted + ", found " + found);
    }
}
