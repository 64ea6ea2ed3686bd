/** Small programs that {@code ci/bench} starts and times: the overhead of the facade, the first result of a new JVM. */
package dev.eckart.benchmarks;
