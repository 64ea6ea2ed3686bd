/** Small programs to copy from. Each is one file with a {@code main}, and is run by a test. */
package dev.eckart.examples;
