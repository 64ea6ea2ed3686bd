package dev.eckart.cli;

/** Bad usage or bad input: the person at the keyboard can mend it. Ends the program with exit code 2 and this one line. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What is wrong, where, and the remedy, in one line. */
    public UsageException(String message) {
        super(message);
    }

    /** As above, with the exception that told, for {@code --verbose}. */
    public UsageException(String message, Throwable cause) {
        super(message, cause);
    }
}
