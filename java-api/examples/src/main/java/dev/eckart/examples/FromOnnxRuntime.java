package dev.eckart.examples;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Map;

/** ONNX Runtime, in and out without a copy: a model reads one tensor's memory and writes another's. */
public final class FromOnnxRuntime {
    private FromOnnxRuntime() {}

    /** What ONNX Runtime reads or writes in place: the memory of a contiguous F32 tensor. */
    public static OnnxTensor toOnnx(OrtEnvironment environment, Tensor tensor) throws OrtException {
        return OnnxTensor.createTensor(
                environment,
                tensor.asByteBuffer().asFloatBuffer(),
                tensor.shape().dims());
    }

    /** x·w, computed by ONNX Runtime into a tensor of Eckart's. */
    public static Tensor multiply(OrtSession session, OrtEnvironment environment, Tensor x, Tensor w)
            throws OrtException {
        Tensor y = Tensor.empty(Device.cpu(), DType.F32, x.dim(0), w.dim(1));
        try (OnnxTensor in = toOnnx(environment, x);
                OnnxTensor weights = toOnnx(environment, w);
                OnnxTensor out = toOnnx(environment, y);
                OrtSession.Result result = session.run(Map.of("x", in, "w", weights), Map.of("y", out))) {
            return y;
        }
    }

    /** Measurements in the coordinates of their singular vectors: the lengths of the columns are the singular values. */
    public static void main(String[] args) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(MatMulModel.bytes());
                Scope scope = Scope.open()) {
            Tensor x = Tensor.of(new float[] {3, 0, 4, 5}, 2, 2);
            Tensor v = Svd.of(x).vt().transpose().contiguous();
            Tensor y = multiply(session, environment, x, v);
            System.out.println(y.square().sum(0).sqrt());
        }
    }
}
