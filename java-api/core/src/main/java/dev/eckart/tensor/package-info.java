/** The facade: {@link dev.eckart.tensor.Tensor} and its lifetime, {@link dev.eckart.tensor.Scope}. */
package dev.eckart.tensor;
