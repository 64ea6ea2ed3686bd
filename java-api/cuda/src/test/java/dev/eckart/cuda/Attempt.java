package dev.eckart.cuda;

import dev.eckart.linalg.Svd;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Devices;
import dev.eckart.tensor.Memory;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/** Says what is there, and tries three things on the first GPU, one after the other; then another thread does, and the host; says what of its memory is in use. */
final class Attempt {
    private Attempt() {}

    public static void main(String[] args) throws InterruptedException {
        System.out.println("best " + Devices.best());
        Devices.missing().forEach((kind, why) -> System.out.println("missing " + why));
        attempt(a -> System.out.println("sum " + a.sum().get()));
        attempt(a -> System.out.println("product " + a.matmul(a)));
        attempt(a -> {
            Svd svd = Svd.of(a);
            System.out.println("svd " + svd.certificate().driver() + " "
                    + svd.certificate().fallbacks());
        });
        Thread other = new Thread(
                () -> attempt(a -> System.out.println("mean " + a.mean().get())));
        other.start();
        other.join();
        try (Tensor host = Tensor.of(new double[][] {{1, 2}, {3, 4}});
                Tensor product = host.matmul(host)) {
            System.out.println("host " + product.sum().get());
        }
        Devices.available().stream()
                .filter(device -> device.kind() == Device.Kind.CUDA)
                .forEach(device ->
                        System.out.println("in use " + Memory.statistics(device).used()));
    }

    private static void attempt(java.util.function.Consumer<Tensor> work) {
        try (Scope scope = Scope.open()) {
            work.accept(Tensor.of(new double[][] {{1, 2}, {3, 4}}).to(Device.cuda(0)));
        } catch (RuntimeException e) {
            System.out.println("refused: " + e.getMessage());
            for (Throwable also : e.getSuppressed()) {
                System.out.println("closing: " + also.getMessage());
            }
        }
    }
}
