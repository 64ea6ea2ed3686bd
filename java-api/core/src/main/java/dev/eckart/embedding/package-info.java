/** Embeddings by factorization: latent semantic analysis, vectors of words, sentences and nodes, nearest neighbours, evaluation. */
package dev.eckart.embedding;
