/** What R saved: the part of its format ({@code .rda}) that data sets need. */
package dev.eckart.cli.rdata;
