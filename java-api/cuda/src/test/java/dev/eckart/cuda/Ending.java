package dev.eckart.cuda;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;
import java.util.concurrent.CountDownLatch;

/** Ends with status 7 while three threads compute on the first GPU. */
final class Ending {
    private Ending() {}

    public static void main(String[] args) throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(6);
        for (int i = 0; i < 3; i++) {
            new Thread(() -> compute(busy)).start();
        }
        busy.await();
        System.out.println("ending");
        System.exit(7);
    }

    private static void compute(CountDownLatch busy) {
        try (Tensor a = Tensor.full(DType.F64, 1, 200, 200).to(Device.cuda(0))) {
            while (true) {
                try (Tensor product = a.matmul(a);
                        Tensor sum = product.sum()) {
                    sum.get();
                    busy.countDown();
                }
            }
        }
    }
}
