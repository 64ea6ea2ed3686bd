/** Eckart and the libraries for Java it is compared with, behind one interface; {@code ci/bench} runs each in its own JVM. */
package dev.eckart.benchmarks.peer;
