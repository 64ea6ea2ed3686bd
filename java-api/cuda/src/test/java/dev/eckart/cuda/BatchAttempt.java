package dev.eckart.cuda;

import dev.eckart.linalg.Driver;
import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;

/** Says which driver would be taken on the first GPU for batches worth a measurement; tries those of cuSOLVER on a small one. */
final class BatchAttempt {
    private BatchAttempt() {}

    public static void main(String[] args) {
        try (Scope scope = Scope.open()) {
            explain("of 32", Tensor.empty(Device.cuda(0), DType.F32, 1000, 32, 32));
            explain("of 33", Tensor.empty(Device.cuda(0), DType.F32, 1000, 33, 33));
            explain("long", Tensor.empty(Device.cuda(0), DType.F32, 4, 64, 4000));
            explain("few", Tensor.empty(Device.cuda(0), DType.F32, 2, 7, 5));
        }
        for (Driver driver : List.of(Driver.GESVDJ, Driver.GESVDA)) {
            try (Scope scope = Scope.open()) {
                Tensor host = Tensor.normal(DType.F64, 1, 3, 8, 5);
                host.select(0, 2).assign(host.select(0, 2).multiply(1e-200)); // its squares vanish
                Svd svd = Svd.options().driver(driver).of(host.to(Device.cuda(0)));
                double off = svd.reconstruct().to(Device.cpu()).subtract(host).norm();
                System.out.println("by " + driver + " " + (off < 1e-6) + ", certified "
                        + svd.certificate().driver());
            } catch (RuntimeException e) {
                System.out.println("by " + driver + ": " + e.getMessage());
            }
        }
    }

    private static void explain(String what, Tensor a) {
        System.out.println(what + ": " + Svd.options().explain(a).toString().replaceAll("\\R *", " "));
    }
}
