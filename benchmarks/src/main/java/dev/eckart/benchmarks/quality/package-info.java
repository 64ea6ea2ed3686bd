/** What embeddings of real text and real graphs are worth; {@code ci/bench quality} starts these programs. */
package dev.eckart.benchmarks.quality;
