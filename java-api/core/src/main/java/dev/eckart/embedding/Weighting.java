package dev.eckart.embedding;

/** What the entries of a document-term matrix are, from the count c of term j in document i, and n documents. */
public enum Weighting {
    /** The count c. */
    COUNTS {
        @Override
        double global(long documents, long having, double entropy) {
            return 1;
        }
    },

    /**
     * c · (ln((1 + n) / (1 + nⱼ)) + 1), for a term that nⱼ documents have; then each document is scaled to length 1. The smoothed
     * inverse document frequency that scikit-learn computes.
     */
    TF_IDF {
        @Override
        double global(long documents, long having, double entropy) {
            return Math.log((1.0 + documents) / (1.0 + having)) + 1;
        }

        @Override
        boolean hasUnitRows() {
            return true;
        }
    },

    /**
     * ln(1 + c) · (1 + Σᵢ pᵢ ln pᵢ / ln n), where pᵢ is the share of document i in all occurrences of the term: 0 for a term that is
     * spread evenly, 1 for one that a single document has (Dumais 1991).
     */
    LOG_ENTROPY {
        @Override
        double local(double count) {
            return Math.log1p(count);
        }

        @Override
        double global(long documents, long having, double entropy) {
            return documents < 2 ? 1 : Math.max(0, 1 - entropy / Math.log(documents));
        }

        @Override
        boolean takesEntropy() {
            return true;
        }
    };

    double local(double count) {
        return count;
    }

    abstract double global(long documents, long having, double entropy);

    boolean hasUnitRows() {
        return false;
    }

    boolean takesEntropy() {
        return false;
    }
}
