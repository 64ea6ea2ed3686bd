/** The demo on airports: vectors of the nodes of a graph of flights, beside the map of where the airports lie. */
package dev.eckart.cli.airports;
