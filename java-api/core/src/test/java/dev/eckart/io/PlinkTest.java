package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlinkTest extends FormatTest {
    /** The example of PLINK's page on its formats: six people, three variants. */
    private static final byte[] BED = {0x6c, 0x1b, 1, (byte) 0xdc, 0x0f, (byte) 0xe7, 0x0f, 0x6b, 1};

    private static final String FAM = "1 1 0 0 1 0\n1 2 0 0 1 0\n1 3 1 2 1 2\n2 1 0 0 1 0\n2 2 0 0 1 2\n2 3 1 2 1 2\n";
    private static final String BIM = "1 snp1 0 1 G A\n1\tsnp2\t0\t2\t1\t2\n1 snp3 0 3 A C\n";

    private Path bed;

    @BeforeEach
    void example() throws IOException {
        bed = Files.write(folder.resolve("a.bed"), BED);
        Files.writeString(folder.resolve("a.fam"), FAM);
        Files.writeString(folder.resolve("a.bim"), BIM);
    }

    private String refusal() {
        return Formats.refusal(bed, file -> Plink.read(file, DType.F64).close());
    }

    /** A refusal that names one of the other two files. */
    private String refusalOf(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
        return Formats.refusal(
                folder.resolve(name), file -> Plink.read(bed, DType.F64).close());
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32"})
    void should_read_plinks_own_example(DType type) throws IOException {
        double na = Double.NaN;
        try (Genotypes read = Plink.read(bed, type)) {
            assertThat(read.counts().dtype()).isEqualTo(type);
            assertThat((Object) read.counts().toMatrix())
                    .isEqualTo(new double[][] {{2, 0, 0}, {0, na, 1}, {na, 1, 1}, {0, 0, na}, {0, 0, na}, {0, 0, 2}});
            assertThat(read.samples()).containsExactly("1", "2", "3", "1", "2", "3");
            assertThat(read.families()).containsExactly("1", "1", "1", "2", "2", "2");
            assertThat(read.variants()).containsExactly("snp1", "snp2", "snp3");
        }
        assertThat(Plink.families(bed)).containsExactly("1", "1", "1", "2", "2", "2");
    }

    /** More than one block, and numbers of samples that fill their last byte by one to four. */
    @ParameterizedTest
    @CsvSource({"1, 9", "997, 1203", "998, 3", "1000, 601"})
    void should_read_what_was_packed(int samples, int variants) throws IOException {
        int[][] counts = new int[samples][variants];
        int stride = (samples + 3) / 4;
        byte[] packed = new byte[3 + stride * variants];
        System.arraycopy(BED, 0, packed, 0, 3);
        SplittableRandom random = new SplittableRandom(samples);
        int[] code = {3, 2, 0, 1}; // of counts 0, 1, 2 and of a missing one, here 3
        for (int v = 0; v < variants; v++) {
            for (int s = 0; s < samples; s++) {
                counts[s][v] = random.nextInt(4);
                packed[3 + v * stride + s / 4] |= (byte) (code[counts[s][v]] << 2 * (s % 4));
            }
        }
        Files.write(bed, packed);
        Files.writeString(folder.resolve("a.fam"), "f i 0 0 0 -9\n".repeat(samples));
        Files.writeString(folder.resolve("a.bim"), "1 v 0 0 A C\n".repeat(variants));
        try (Genotypes read = Plink.read(bed, DType.F32)) {
            double[][] expected = Arrays.stream(counts)
                    .map(row -> Arrays.stream(row)
                            .mapToDouble(c -> c == 3 ? Double.NaN : c)
                            .toArray())
                    .toArray(double[][]::new);
            assertThat((Object) read.counts().toMatrix()).isEqualTo(expected);
        }
    }

    @Test
    void should_fail_if_it_is_cut_anywhere() throws IOException {
        Path whole = Files.write(folder.resolve("whole"), BED);
        Formats.refusesEveryCut(whole, bed, file -> Plink.read(file, DType.F64).close());
        Files.write(bed, Arrays.copyOf(BED, BED.length + 1));
        assertThat(refusal())
                .contains(
                        "6 samples (.fam) and 3 variants (.bim) need 9 bytes",
                        "the file has 10",
                        "do not belong together");
    }

    /** Text has no end that could be missed; but nothing else may happen than a refusal, or a file with fewer of them. */
    @ParameterizedTest
    @CsvSource({"a.fam", "a.bim"})
    void should_read_or_refuse_text_that_is_cut_anywhere(String name) throws IOException {
        byte[] whole = Files.readAllBytes(folder.resolve(name));
        int refused = 0;
        for (int length = 0; length < whole.length; length++) {
            Files.write(folder.resolve(name), Arrays.copyOf(whole, length));
            try (Genotypes read = Plink.read(bed, DType.F64)) {
                assertThat(read.counts().dim(1)).isEqualTo(3);
            } catch (BadFileException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(whole.length / 2);
    }

    @Test
    void should_fail_if_the_magic_is_another() throws IOException {
        Files.write(bed, new byte[] {0x6c, 0x1b, 0, 1, 2, 3, 4, 5, 6});
        assertThat(refusal()).contains("byte 2: is sample-major", "--make-bed");
        Files.write(bed, new byte[] {0x6c, 0x1b, 7, 1, 2, 3, 4, 5, 6});
        assertThat(refusal()).contains("the third byte is 7");
        Files.writeString(bed, "chr1\t100\t200\n");
        assertThat(refusal()).contains("does not begin with 6c 1b", "intervals");
        Files.write(bed, new byte[0]);
        assertThat(refusal()).contains("the file ends here");
    }

    @Test
    void should_fail_if_the_text_is_another() throws IOException {
        assertThat(refusalOf("a.fam", "1 1 0 0 1\n")).contains("line 1 has 5 columns; a .fam file has 6");
        assertThat(refusalOf("a.fam", FAM.replace("1 2 0", "1 2 0 0"))).contains("line 2 has more than 6 columns");
        assertThat(refusalOf("a.fam", "x".repeat(2 << 20))).contains("line 1 has more than");
        Files.delete(folder.resolve("a.fam"));
        assertThatThrownBy(() -> Plink.read(bed, DType.F64))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("a.fam: there is no such file");
        Files.writeString(folder.resolve("a.fam"), FAM);
        Files.writeString(folder.resolve("a.bim"), BIM + "1 more 0 4 A C\n");
        assertThat(refusal()).contains("4 variants (.bim) need 11 bytes");
    }

    /** The claim is believed only as far as the file's size goes. */
    @Test
    void should_take_no_memory_for_what_the_text_claims() throws IOException {
        Files.writeString(folder.resolve("a.bim"), "1 v 0 0 A C\n".repeat(100_000), StandardCharsets.US_ASCII);
        assertThat(refusal()).contains("100000 variants (.bim) need 200003 bytes");
    }

    @Test
    void should_read_nothing_of_nobody() throws IOException {
        Files.write(bed, Arrays.copyOf(BED, 3));
        Files.writeString(folder.resolve("a.bim"), "");
        try (Genotypes read = Plink.read(bed, DType.F64)) {
            assertThat(read.counts().shape().dims()).containsExactly(6, 0);
        }
    }

    @Test
    void should_fail_if_the_name_or_type_does_not_suit() {
        assertThatThrownBy(() -> Plink.read(folder.resolve("a.fam"), DType.F64))
                .hasMessageContaining("does not end in .bed");
        assertThatThrownBy(() -> Plink.read(bed, DType.I32)).hasMessageContaining("need f64 or f32, not i32");
    }
}
