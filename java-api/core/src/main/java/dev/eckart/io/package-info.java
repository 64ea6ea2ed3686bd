/** Files in and out: {@code .npy}, IDX, CSV, PNG. What a file claims is held against its size before memory is taken for it. */
package dev.eckart.io;
