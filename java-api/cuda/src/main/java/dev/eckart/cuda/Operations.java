package dev.eckart.cuda;

/** All that can be asked for on one stream. */
final class Operations {
    final Gpu gpu;
    final Transfer transfer;
    final Elementwise elementwise;
    final Reductions reductions;
    final Rows rows;
    final Lanes lanes;
    final Indices indices;
    final SparseMatrices sparse;
    final Blas blas;
    final GroupedProduct groupedProduct;
    final FusedProduct fusedProduct;
    final Factorizations factorizations;
    final SmallSvd smallSvd;
    final BatchSvd batchSvd;

    Operations(Gpu gpu) {
        this.gpu = gpu;
        transfer = new Transfer(gpu);
        elementwise = new Elementwise(gpu);
        reductions = new Reductions(gpu);
        rows = new Rows(gpu);
        lanes = new Lanes(gpu);
        indices = new Indices(gpu);
        sparse = new SparseMatrices(gpu);
        blas = new Blas(gpu);
        groupedProduct = new GroupedProduct(gpu, blas);
        fusedProduct = new FusedProduct(gpu, elementwise);
        factorizations = new Factorizations(gpu, blas, elementwise, reductions);
        smallSvd = new SmallSvd(gpu, transfer, elementwise, factorizations);
        batchSvd = new BatchSvd(gpu, transfer, elementwise, factorizations, smallSvd);
    }
}
