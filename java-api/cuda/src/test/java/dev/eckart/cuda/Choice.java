package dev.eckart.cuda;

import dev.eckart.linalg.Driver;
import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/** Says which driver would be taken on the first GPU for a matrix worth a measurement, and for a small one; tries gesvdp. */
final class Choice {
    private Choice() {}

    public static void main(String[] args) {
        try (Scope scope = Scope.open()) {
            Tensor large = Tensor.empty(Device.cuda(0), DType.F32, 400, 300);
            System.out.println(Svd.options().explain(large));
            Tensor small = Tensor.of(new double[][] {{1, 2}, {3, 4}}).to(Device.cuda(0));
            System.out.println("small " + Svd.options().explain(small).driver());
            Svd svd = Svd.options().driver(Driver.GESVDP).of(small);
            System.out.println("polar " + svd.certificate().driver() + " "
                    + svd.certificate().fallbacks());
        }
    }
}
