package dev.eckart.vcf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.eckart.io.BadFileException;
import dev.eckart.io.Genotypes;
import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VcfTest {
    private static final double NA = Double.NaN;
    private static final String HEAD = "##fileformat=VCFv4.2\n"
            + "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
            + "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n"
            + "##contig=<ID=20>\n##contig=<ID=X>\n";
    private static final String COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";

    /** Samples in an order that is not the alphabet's. */
    private static final String VCF = HEAD + COLUMNS + "\tZoe\tAdam\tMia\n"
            + "20\t14370\trs6054257\tG\tA\t29\tPASS\t.\tGT:DP\t0|0:1\t1|0:8\t1/1:5\n"
            + "20\t17330\t.\tT\tA,C\t3\tq10\t.\tGT\t0/2\t1/2\t./.\n"
            + "X\t99\tmale\tC\tG\t.\t.\t.\tGT\t1\t0\t./1\n"
            + "X\t100\tdepth\tC\tG\t.\t.\t.\tDP\t3\t4\t5\n";

    private static final double[][] COUNTS = {{0, 1, 2, NA}, {1, 2, 0, NA}, {2, NA, NA, NA}};

    private final long before = MemoryBudget.used();

    @TempDir
    Path folder;

    @AfterEach
    void memoryIsBack() {
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("a.vcf"), text);
    }

    private static byte[] gzip(String... members) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String member : members) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
                out.write(member.getBytes(StandardCharsets.UTF_8));
            }
            all.writeBytes(bytes.toByteArray());
        }
        return all.toByteArray();
    }

    private static String refusal(Path file) {
        Throwable thrown = catchThrowable(() -> Vcf.read(file, DType.F64).close());
        assertThat(thrown).isInstanceOf(BadFileException.class).hasMessageStartingWith("vcf: " + file);
        assertThat(thrown.getMessage()).doesNotContain("\n");
        return thrown.getMessage();
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32"})
    void should_count_alternate_alleles(DType type) throws IOException {
        try (Genotypes read = Vcf.read(file(VCF), type)) {
            assertThat(read.counts().dtype()).isEqualTo(type);
            assertThat((Object) read.counts().toMatrix()).isEqualTo(COUNTS);
            assertThat(read.samples()).containsExactly("Zoe", "Adam", "Mia");
            assertThat(read.variants()).containsExactly("rs6054257", "20:17330", "male", "depth");
            assertThat(read.families()).isEmpty();
        }
    }

    /** bgzip writes many members, and an empty one at the end. */
    @Test
    void should_read_compressed_files_of_many_members() throws IOException {
        Path file = folder.resolve("a.vcf.gz");
        Files.write(file, gzip(VCF.substring(0, 200), VCF.substring(200, 390), VCF.substring(390), ""));
        try (Genotypes read = Vcf.read(file, DType.F64)) {
            assertThat((Object) read.counts().toMatrix()).isEqualTo(COUNTS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\n\n"})
    void should_read_other_ends_of_lines(String end) throws IOException {
        String body = VCF.substring(HEAD.length() + VCF.substring(HEAD.length()).indexOf('\n') + 1);
        String head = VCF.substring(0, VCF.length() - body.length());
        try (Genotypes read = Vcf.read(
                file((end.equals("\r\n") ? head.replace("\n", end) : head) + body.replace("\n", end)), DType.F64)) {
            assertThat((Object) read.counts().toMatrix()).isEqualTo(COUNTS);
        }
        try (Genotypes read = Vcf.read(file(VCF.strip()), DType.F64)) { // no end of the last line
            assertThat((Object) read.counts().toMatrix()).isEqualTo(COUNTS);
        }
    }

    /** More than one block. */
    @Test
    void should_read_what_was_written() throws IOException {
        int n = 400;
        int m = 1500;
        SplittableRandom random = new SplittableRandom(4);
        double[][] expected = new double[n][m];
        StringBuilder text = new StringBuilder(HEAD).append(COLUMNS);
        for (int s = 0; s < n; s++) {
            text.append("\ts").append(s);
        }
        String[] calls = {"0/0", "0|1", "1/1", "."};
        for (int v = 0; v < m; v++) {
            text.append("\n20\t").append(v + 1).append("\t.\tA\tC\t.\t.\t.\tGT");
            for (int s = 0; s < n; s++) {
                int call = random.nextInt(4);
                expected[s][v] = call == 3 ? NA : call;
                text.append('\t').append(calls[call]);
            }
        }
        try (Genotypes read = Vcf.read(file(text.toString()), DType.F32)) {
            assertThat((Object) read.counts().toMatrix()).isEqualTo(expected);
            assertThat(read.variants().get(1499)).isEqualTo("20:1500");
        }
    }

    /** Cut in a line it is refused; cut between lines it is a file with fewer of them. */
    @Test
    void should_read_or_refuse_what_is_cut_anywhere() throws IOException {
        byte[] whole = VCF.getBytes(StandardCharsets.UTF_8);
        int read = 0;
        for (int length = 0; length < whole.length; length++) {
            Path file = Files.write(folder.resolve("a.vcf"), Arrays.copyOf(whole, length));
            try (Genotypes g = Vcf.read(file, DType.F64)) {
                read++;
                assertThat(g.samples().size()).isEqualTo(g.counts().dim(0));
            } catch (BadFileException e) {
                assertThat(e.getMessage()).startsWith("vcf: " + file).doesNotContain("\n");
            }
        }
        assertThat(read).isLessThan(60);
    }

    @Test
    void should_fail_if_a_compressed_file_is_cut_anywhere() throws IOException {
        byte[] whole = gzip(VCF);
        for (int length = 1; length < whole.length; length++) {
            refusal(Files.write(folder.resolve("a.vcf.gz"), Arrays.copyOf(whole, length)));
        }
        whole[whole.length / 2] ^= 1;
        refusal(Files.write(folder.resolve("a.vcf.gz"), whole));
    }

    /** Each byte is changed in turn: read or refused. */
    @Test
    void should_read_or_refuse_what_is_changed_anywhere() throws IOException {
        byte[] whole = VCF.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < whole.length; at++) {
            for (byte other : new byte[] {'\t', '9', (byte) 0xff}) {
                byte[] changed = whole.clone();
                changed[at] = other;
                Path file = Files.write(folder.resolve("a.vcf"), changed);
                try (Genotypes g = Vcf.read(file, DType.F64)) {
                    assertThat(g.counts().dim(1)).isLessThanOrEqualTo(5);
                } catch (BadFileException e) {
                    assertThat(e.getMessage()).startsWith("vcf: " + file).doesNotContain("\n");
                }
            }
        }
    }

    @Test
    void should_fail_if_it_is_no_vcf_or_has_no_genotypes() throws IOException {
        assertThat(refusal(file(""))).contains("is not as VCF has it");
        assertThat(refusal(file("a,b\n1,2\n"))).contains("is not as VCF has it");
        assertThat(refusal(file(HEAD + COLUMNS.replace("\tFORMAT", "") + "\n20\t1\t.\tA\tC\t.\t.\t.\n")))
                .contains("has no samples");
        assertThat(refusal(file(VCF + "20\t1\t.\tA\tC\t.\t.\t.\tGT\t0/0\t0/1\n")))
                .contains("line 11 has 11 columns, the header 12");
        assertThat(refusal(file(VCF.replace("14370", "x")))).contains("line 7 is not as VCF has it");
        assertThat(refusal(folder)).contains("is no regular file");
        assertThat(refusal(folder.resolve("none.vcf"))).contains("there is no such file");
        assertThatThrownBy(() -> Vcf.read(file(VCF), DType.I32)).hasMessageContaining("need f64 or f32");
    }

    @Test
    void should_read_a_header_alone() throws IOException {
        try (Genotypes read = Vcf.read(file(HEAD + COLUMNS + "\ta\tb\n"), DType.F64)) {
            assertThat(read.counts().shape().dims()).containsExactly(2, 0);
        }
    }

    @Test
    void should_know_files_by_their_name() {
        assertThat(Vcf.isVcf(Path.of("x/a.VCF"))).isTrue();
        assertThat(Vcf.isVcf(Path.of("a.vcf.gz"))).isTrue();
        assertThat(Vcf.isVcf(Path.of("a.vcf.npy"))).isFalse();
        assertThat(Vcf.isVcf(Path.of("/"))).isFalse();
    }
}
