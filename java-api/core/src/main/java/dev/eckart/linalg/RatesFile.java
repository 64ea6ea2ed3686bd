package dev.eckart.linalg;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Measured rates, kept for the next process: a file of two lines, what they are the rates of and the rates themselves, in
 * {@code ~/.cache/eckart/rates} or the folder of the property {@code eckart.rates.cache} ({@code none} keeps nothing). One that is torn,
 * or of something else, is as good as none; a folder that can't be written costs a measurement in the next process.
 */
record RatesFile(Path path, String what) {
    private static final String PROPERTY = "eckart.rates.cache";

    static Optional<RatesFile> of(String what) {
        String folder = System.getProperty(PROPERTY);
        if ("none".equals(folder)) {
            return Optional.empty();
        }
        Path in = folder == null
                ? Path.of(System.getProperty("user.home"), ".cache", "eckart", "rates")
                : Path.of(folder);
        return Optional.of(in(in, what));
    }

    static RatesFile in(Path folder, String what) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(what.getBytes(StandardCharsets.UTF_8));
            return new RatesFile(folder.resolve(HexFormat.of().formatHex(digest, 0, 16) + ".txt"), what);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    Optional<Rates> read() {
        try {
            String text = Files.readString(path);
            if (!text.startsWith(what + "\n") || !text.endsWith("\n")) {
                return Optional.empty();
            }
            String[] numbers = text.substring(what.length() + 1).strip().split(" ");
            if (numbers.length != 3) {
                return Optional.empty();
            }
            Rates rates = new Rates(positive(numbers[0]), positive(numbers[1]), positive(numbers[2]));
            return Optional.of(rates);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static double positive(String text) {
        double value = Double.parseDouble(text);
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new NumberFormatException(text + " is no rate");
        }
        return value;
    }

    /** Beside its name and renamed, so that a reader sees all of it or nothing. */
    void write(Rates rates) {
        try {
            Files.createDirectories(path.getParent());
            Path part = Files.createTempFile(path.getParent(), "part", null);
            Files.writeString(part, what + "\n" + rates.blas3() + " " + rates.blas2() + " " + rates.copy() + "\n");
            Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            System.getLogger(RatesFile.class.getName())
                    .log(System.Logger.Level.DEBUG, "the machine's rates are not kept", e);
        }
    }
}
