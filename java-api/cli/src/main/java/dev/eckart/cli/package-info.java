/** The command line: {@code java -jar eckart.jar COMMAND …}. */
package dev.eckart.cli;
