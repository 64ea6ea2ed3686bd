package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.memory.MemoryBudget;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A folder, and the demand that each test gives its memory back. */
abstract class FormatTest {
    private final long before = MemoryBudget.used();

    @TempDir
    Path folder;

    @AfterEach
    void memoryIsBack() {
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }
}
