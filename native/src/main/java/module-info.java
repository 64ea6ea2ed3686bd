/** Eckart's native kernels and their JNI mapping. For Eckart's own modules. */
module dev.eckart.jni {
    requires transitive org.bytedeco.javacpp;
    requires org.bytedeco.openblas;

    exports dev.eckart.jni;
}
