package dev.eckart.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.jni.Native;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenBlasVersionTest {
    private static void require(String config) {
        OpenBlasVersion.require(config, " OpenBLAS 0.3.31 ", "/lib/libopenblas.so.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.3.19", "0.3.9", "0.2.40"})
    void should_fail_if_the_process_has_an_older_one(String version) {
        assertThatThrownBy(() -> require("OpenBLAS " + version + " NO_AFFINITY SkylakeX MAX_THREADS=64"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the process has OpenBLAS " + version + " NO_AFFINITY SkylakeX MAX_THREADS=64, from"
                        + " /lib/libopenblas.so.0, and Eckart needs OpenBLAS 0.3.31 or newer");
        assertThatThrownBy(() -> require("something else")).hasMessageContaining("something else");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.3.31", "0.3.100", "0.4.0", "1.0.0"})
    void the_same_and_newer_ones_are_fine(String version) {
        assertThatCode(() -> require("OpenBLAS " + version + ".dev NO_AFFINITY"))
                .doesNotThrowAnyException();
    }

    @Test
    void the_library_says_what_it_has() {
        OpenBlasVersion.require(Native.openblasConfig(), Native.openblasBuilt(), Native.openblasPath());
        assertThat(Native.openblasPath()).contains("openblas");
    }
}
