package dev.eckart.benchmarks.quality;

/** Of settings that are tried one after another the one that scores most; each is printed as a remark. */
final class Best<T> {
    private T found;
    private double most = Double.NEGATIVE_INFINITY;

    void offer(T setting, double score) {
        Figures.print("# " + setting, score);
        if (score > most) {
            most = score;
            found = setting;
        }
    }

    T get() {
        return found;
    }
}
