/** Texts as words, by Apache Lucene's analyzers: what {@code dev.eckart.embedding} takes. */
module dev.eckart.text {
    requires transitive dev.eckart;
    requires org.apache.lucene.core;
    requires org.apache.lucene.analysis.common;

    exports dev.eckart.text;
}
