package dev.eckart.cli;

/** Ends a command that was only to explain, from within the work. */
final class Explained extends RuntimeException {
    private static final long serialVersionUID = 1;

    Explained() {
        super(null, null, false, false);
    }
}
