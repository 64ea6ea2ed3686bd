package dev.eckart.embedding;

/**
 * One of several things found, the best first.
 *
 * @param number of the document, word or node, from 0
 * @param name the word or node, the title of the document
 * @param score as the search defines it
 */
public record Match(int number, String name, double score) {}
