/** JMH benchmarks of Eckart's operations: {@code ci/bench jmh}. */
package dev.eckart.benchmarks.jmh;
