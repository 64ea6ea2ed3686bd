package dev.eckart.cli;

import dev.eckart.io.BadFileException;
import dev.eckart.io.NpyOperator;
import dev.eckart.memory.Bytes;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * The matrix of a {@code .npy} that is too large to be read: it stays in the file, which each pass of the work reads.
 *
 * @param matrix the file
 * @param available bytes that there were for it
 */
record OutOfCore(NpyOperator matrix, long available) {
    /**
     * Opens a file whose matrix does not fit into the memory that is available, beside {@code work}; nothing for any other input.
     *
     * @param work bytes that the job takes, the matrix not counted
     */
    static Optional<OutOfCore> of(
            Path in, GlobalOptions options, Device device, Progress progress, ToLongFunction<NpyOperator> work) {
        boolean host = device.kind() == Device.Kind.CPU || options.anyDevice();
        if (!host || !Files.isRegularFile(in) || !Inputs.isNpy(in)) {
            return Optional.empty();
        }
        try {
            NpyOperator.Options how = NpyOperator.options()
                    .progress((pass, bytes, total) ->
                            progress.update("pass " + pass + " over " + Bytes.text(total), (double) bytes / total));
            DType precision = options.precision();
            NpyOperator matrix = (precision == null ? how : how.dtype(precision)).open(in);
            long available = Devices.available(Device.cpu());
            boolean fits = matrix.bytesInMemory() <= available - Math.min(available, work.applyAsLong(matrix));
            return fits ? Optional.empty() : Optional.of(new OutOfCore(matrix, available));
        } catch (BadFileException e) {
            // No matrix, or no file to read: whoever reads it says so.
            return Optional.empty();
        } catch (IOException e) {
            throw new UsageException(Errors.text(e), e);
        }
    }

    /** One line for a person. */
    @Override
    public String toString() {
        return "out of core: the matrix takes " + Bytes.text(matrix.bytesInMemory()) + ", available are "
                + Bytes.text(available) + "; its file is read in blocks"
                + (matrix.passes() == 0 ? "" : ", " + matrix.passes() + " times");
    }
}
