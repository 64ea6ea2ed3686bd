/** Eckart on NVIDIA GPUs: what {@code Device.cuda(i)} needs. Nothing here is called by a user. */
module dev.eckart.cuda {
    requires dev.eckart;
    requires org.bytedeco.javacpp;
    requires org.bytedeco.cuda;

    provides dev.eckart.backend.Backends.Provider with
            dev.eckart.cuda.CudaProvider;
}
