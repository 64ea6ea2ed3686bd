package dev.eckart.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.testkit.ForkedJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FlatMemoryTest {
    /** 10,000 rounds on 8 threads beside up to 2 GiB of tensors, with 64 MiB of heap, and nobody asks for a collection. */
    @Test
    void memoryStaysFlatAndNoCollectionIsAskedFor() throws IOException, InterruptedException {
        ForkedJvm.Result result = ForkedJvm.run(
                FlatMemory.class,
                List.of("-Xmx64m", "-XX:+UseSerialGC", "-Xlog:gc"),
                Map.of(),
                Duration.ofSeconds(240));
        assertThat(result.exit()).as(result.output()).isZero();
        // The log of the collector names the cause of each collection: there were some, and none was asked for.
        assertThat(result.output()).contains("Allocation Failure").doesNotContain("System.gc()");
    }
}
