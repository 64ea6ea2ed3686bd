package dev.eckart.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.testkit.ForkedJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Some seconds, and some elements; {@code ci/soak} makes it minutes, and billions. */
class SoakTest {
    private static final double MINUTES = Double.parseDouble(System.getProperty("soak.minutes", "0.1"));
    private static final String ELEMENTS = System.getProperty("soak.elements", "1000000");

    @TempDir
    Path folder;

    @Test
    void should_stay_flat_under_work_of_all_kinds_by_many_threads() throws Exception {
        String seconds = String.valueOf(60 * MINUTES);
        run(MixedWork.class, "128m", "1g", seconds);
    }

    @Test
    void should_compute_on_as_many_elements_as_memory_holds() throws Exception {
        run(LargeTensors.class, "256m", "12g", ELEMENTS);
    }

    private void run(Class<?> main, String heap, String budget, String argument) throws Exception {
        List<String> options = List.of(
                // Touched at once, the heap does not look like growth later.
                "-Xms" + heap, "-Xmx" + heap, "-XX:+AlwaysPreTouch", "-Deckart.memory.max=" + budget);
        Duration limit = Duration.ofSeconds(300 + (long) (120 * MINUTES));
        ForkedJvm.Result result = ForkedJvm.run(main, options, Map.of(), limit, argument, folder.toString());
        System.out.println(result.output());
        assertThat(result.exit()).as(result.output()).isZero();
    }
}
