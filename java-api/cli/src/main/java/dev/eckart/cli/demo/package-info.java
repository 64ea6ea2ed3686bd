/**
 * The command {@code demo}: a data set of digits taken apart by the singular value decomposition, as an illustrated page. One class
 * per {@link dev.eckart.cli.demo.Chapter} of the page; each computes, through Eckart, what it shows.
 */
package dev.eckart.cli.demo;
