/** Principal component analysis. */
package dev.eckart.pca;
