package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.testkit.ForkedJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Eckart in several class loaders of one process, and in some that are closed: a web server that deploys again. */
class SeveralLoadersTest {
    /** Empty at first: the loaders extract the libraries at the same time, too. */
    @TempDir
    Path cache;

    @Test
    void each_class_loader_has_its_own() throws Exception {
        assertEnds("together");
    }

    @Test
    void a_closed_class_loader_goes_after_its_last_call_and_the_next_one_works() throws Exception {
        assertEnds("unloaded");
    }

    private void assertEnds(String program) throws Exception {
        ForkedJvm.Result result = ForkedJvm.run(
                SeveralLoaders.class,
                List.of("-Xmx256m", "-Dorg.bytedeco.javacpp.cachedir=" + cache),
                Map.of(),
                Duration.ofMinutes(2),
                program);
        assertThat(result.exit()).as(result.output()).isZero();
    }
}
