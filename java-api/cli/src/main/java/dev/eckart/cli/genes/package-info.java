/** The demo on human genes: principal components of the people of the world, beside the map of where they live. */
package dev.eckart.cli.genes;
