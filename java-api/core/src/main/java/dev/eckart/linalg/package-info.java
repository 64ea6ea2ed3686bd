/** Factorizations of matrices and linear operators, each with a certificate of its accuracy. */
package dev.eckart.linalg;
