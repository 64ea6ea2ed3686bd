package dev.eckart.backend;

/**
 * What every backend has to do, tested against {@link Reference} and the properties of factorizations. A backend's test extends
 * this class and says which backend.
 */
abstract class BackendContract
        implements ElementwiseContract,
                ReduceContract,
                RowsContract,
                ScanContract,
                IndexContract,
                OrderContract,
                RandomContract,
                SmallProductContract,
                NarrowProductContract,
                GroupedProductContract,
                SparseContract,
                FactorizationContract,
                SvdContract,
                SvdBatchContract {}
