/** Element types, shapes, layouts, devices, and counted buffers with their budget. Knows nothing of arithmetic. */
package dev.eckart.memory;
