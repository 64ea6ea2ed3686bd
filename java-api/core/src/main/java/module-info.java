/** Eckart: spectral linear algebra on the JVM. Start with {@link dev.eckart.tensor.Tensor} and {@link dev.eckart.linalg.Svd}. */
module dev.eckart {
    requires dev.eckart.jni;
    requires org.apache.commons.csv;
    requires com.fasterxml.jackson.core;
    requires static java.desktop;

    exports dev.eckart.memory;
    exports dev.eckart.tensor;
    exports dev.eckart.io;
    exports dev.eckart.linalg;
    exports dev.eckart.pca;
    exports dev.eckart.diffusion;
    exports dev.eckart.embedding;
    exports dev.eckart.backend to
            dev.eckart.cuda;

    uses dev.eckart.backend.Backends.Provider;
}
