/** The boundary between Eckart and a device: one narrow interface, and the one place that looks implementations up. */
package dev.eckart.backend;
