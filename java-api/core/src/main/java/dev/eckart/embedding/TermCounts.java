package dev.eckart.embedding;

import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How often each term stands in each document: the matrix X (documents, terms), and with X the counts of joint occurrence XᵀX. The
 * terms are numbered by the number of documents that have them, the most common first. Documents are read once, one at a time; what is
 * held are a number and a count for each different term of each document. Immutable and thread-safe.
 */
public final class TermCounts {
    private final Vocabulary vocabulary;
    private final long[] starts;
    private final int[] terms;
    private final int[] counts;

    private TermCounts(Vocabulary vocabulary, long[] starts, int[] terms, int[] counts) {
        this.vocabulary = vocabulary;
        this.starts = starts;
        this.terms = terms;
        this.counts = counts;
    }

    /** Which terms are kept. Each method returns this object. Not thread-safe. */
    public static final class Options {
        private int least = 1;
        private double share = 1;
        private int limit = Integer.MAX_VALUE;

        private Options() {}

        /** Leaves out terms that fewer documents have; 1 by default. */
        public Options minDocuments(int documents) {
            if (documents < 1) {
                throw new IllegalArgumentException("terms: minDocuments " + documents + " is below 1");
            }
            this.least = documents;
            return this;
        }

        /** Leaves out terms that more than this share of the documents has; 1 by default: none. */
        public Options maxShare(double most) {
            if (!(most > 0 && most <= 1)) {
                throw new IllegalArgumentException("terms: maxShare " + most + " is outside (0, 1]");
            }
            this.share = most;
            return this;
        }

        /** Keeps no more than so many terms, those of most documents. */
        public Options mostTerms(int terms) {
            if (terms < 1) {
                throw new IllegalArgumentException("terms: mostTerms " + terms + " is below 1");
            }
            this.limit = terms;
            return this;
        }

        /**
         * Counts.
         *
         * @param documents each as its words; one of none, or of none that are kept, is an empty row
         * @throws IllegalArgumentException when there is no document, or no term is left
         * @throws java.util.concurrent.CancellationException when this thread is interrupted
         */
        public TermCounts count(Iterable<? extends List<String>> documents) {
            Counting counting = new Counting();
            for (List<String> words : documents) {
                counting.add(words);
            }
            return counting.finish(least, share, limit);
        }
    }

    /** Choices other than the default. */
    public static Options options() {
        return new Options();
    }

    /** The terms; each counts the documents that have it. */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** How many documents. */
    public int documents() {
        return starts.length - 1;
    }

    /** How many documents have none of the terms. */
    public long emptyDocuments() {
        long empty = 0;
        for (int i = 0; i < documents(); i++) {
            empty += starts[i] == starts[i + 1] ? 1 : 0;
        }
        return empty;
    }

    /**
     * One row of X for each document, with the terms of {@code vocabulary}; other words are left out.
     *
     * @throws IllegalArgumentException when there is no document
     */
    static TermCounts of(Iterable<? extends List<String>> documents, Vocabulary vocabulary) {
        Counting counting = new Counting(vocabulary);
        for (List<String> words : documents) {
            counting.add(words);
        }
        return counting.inOrder(vocabulary);
    }

    /** The weight of each term over all documents, as {@code weighting} has it. */
    double[] global(Weighting weighting) {
        double[] entropy = weighting.takesEntropy() ? entropies() : new double[vocabulary.size()];
        double[] weights = new double[vocabulary.size()];
        for (int j = 0; j < weights.length; j++) {
            weights[j] = weighting.global(documents(), vocabulary.count(j), entropy[j]);
        }
        return weights;
    }

    /** Of each term −Σᵢ pᵢ ln pᵢ over its shares in the documents. */
    private double[] entropies() {
        double[] sums = new double[vocabulary.size()];
        for (int e = 0; e < terms.length; e++) {
            sums[terms[e]] += counts[e];
        }
        double[] entropy = new double[vocabulary.size()];
        for (int e = 0; e < terms.length; e++) {
            double share = counts[e] / sums[terms[e]];
            entropy[terms[e]] -= share * Math.log(share);
        }
        return entropy;
    }

    /** X with weights. */
    Csr weighted(Weighting weighting, double[] global, DType dtype) {
        double[] values = new double[terms.length];
        for (int i = 0; i < documents(); i++) {
            double squares = 0;
            for (int e = (int) starts[i]; e < starts[i + 1]; e++) {
                values[e] = weighting.local(counts[e]) * global[terms[e]];
                squares += values[e] * values[e];
            }
            if (weighting.hasUnitRows() && squares > 0) {
                double length = Math.sqrt(squares);
                for (int e = (int) starts[i]; e < starts[i + 1]; e++) {
                    values[e] /= length;
                }
            }
        }
        return csr(values, dtype);
    }

    /** Of each document the weights of its terms, each times its share of them. */
    Csr shares(double[] weights, DType dtype) {
        double[] values = new double[terms.length];
        for (int i = 0; i < documents(); i++) {
            double sum = 0;
            for (int e = (int) starts[i]; e < starts[i + 1]; e++) {
                sum += counts[e];
            }
            for (int e = (int) starts[i]; e < starts[i + 1]; e++) {
                values[e] = weights[terms[e]] * counts[e] / sum;
            }
        }
        return csr(values, dtype);
    }

    private Csr csr(double[] values, DType dtype) {
        try (Tensor rowStarts = Tensor.of(starts);
                Tensor columns = Tensor.of(terms);
                Tensor wide = Tensor.of(values);
                Tensor entries = wide.to(dtype)) {
            return Csr.ofCompressed(vocabulary.size(), rowStarts, columns, entries);
        }
    }

    /** X with weights that come from these documents; to be closed. */
    public Csr matrix(Weighting weighting, DType dtype) {
        return weighted(weighting, global(weighting), dtype);
    }

    /** Documents as they come. */
    private static final class Counting {
        private final Vocabulary fixed;
        /** Null where the words are fixed. */
        private final Vocabulary.Counter counter;

        private final List<Integer> ends = new ArrayList<>();
        private final IntList terms = new IntList();
        private final IntList counts = new IntList();
        /** Of each term the place, from 1, of its last count: beyond the start of a document when that has it. */
        private int[] places = new int[1024];

        Counting() {
            this(null);
        }

        Counting(Vocabulary fixed) {
            this.fixed = fixed;
            this.counter = fixed == null ? new Vocabulary.Counter() : null;
        }

        void add(List<String> document) {
            Interrupts.check("terms");
            int start = terms.size();
            for (String word : document) {
                int term = fixed == null ? counter.number(word) : fixed.number(word);
                if (term >= 0) {
                    add(term, start);
                }
            }
            ends.add(terms.size());
        }

        private void add(int term, int start) {
            if (term >= places.length) {
                places = Arrays.copyOf(places, 2 * term);
            }
            if (places[term] > start) {
                counts.increment(places[term] - 1);
                return;
            }
            terms.add(term);
            counts.add(1);
            places[term] = terms.size();
            if (fixed == null) {
                counter.count(term);
            }
        }

        TermCounts inOrder(Vocabulary vocabulary) {
            if (ends.isEmpty()) {
                throw new IllegalArgumentException("terms: there is no document");
            }
            long[] starts = new long[ends.size() + 1];
            for (int i = 0; i < ends.size(); i++) {
                starts[i + 1] = ends.get(i);
            }
            return new TermCounts(vocabulary, starts, terms.toArray(), counts.toArray());
        }

        TermCounts finish(int least, double share, int limit) {
            TermCounts all = inOrder(null);
            long most = (long) Math.floor(share * all.documents());
            Vocabulary.Selection selection = counter.select(least, most, limit);
            if (selection.vocabulary().size() == 0) {
                throw new IllegalArgumentException(
                        "terms: none is left of the " + counter.size() + " different words of "
                                + all.documents() + " documents, with at least " + least + " and at most " + most
                                + " documents each; allow more");
            }
            return all.renumbered(selection);
        }
    }

    private TermCounts renumbered(Vocabulary.Selection selection) {
        long[] ends = new long[starts.length];
        int[] left = new int[terms.length];
        int[] times = new int[terms.length];
        int at = 0;
        for (int i = 0; i < documents(); i++) {
            for (int e = (int) starts[i]; e < starts[i + 1]; e++) {
                int term = selection.renumbered()[terms[e]];
                if (term >= 0) {
                    left[at] = term;
                    times[at++] = counts[e];
                }
            }
            ends[i + 1] = at;
        }
        return new TermCounts(selection.vocabulary(), ends, Arrays.copyOf(left, at), Arrays.copyOf(times, at));
    }
}
