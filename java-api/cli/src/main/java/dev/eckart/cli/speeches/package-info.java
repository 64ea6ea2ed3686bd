/** The demo's page of speeches: topics, search and a map of words. */
package dev.eckart.cli.speeches;
