package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.testkit.ForkedJvm;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that also uses Bytedeco's own OpenBLAS classes, whichever comes first. */
class NeighboursTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"eckart bytedeco eckart threads eckart", "bytedeco eckart bytedeco threads eckart bytedeco"})
    void both_give_right_results(String turns) throws Exception {
        ForkedJvm.Result result =
                ForkedJvm.run(Neighbours.class, List.of("-Xmx256m"), Map.of(), Duration.ofMinutes(2), turns.split(" "));
        assertThat(result.exit()).as(result.output()).isZero();
    }
}
