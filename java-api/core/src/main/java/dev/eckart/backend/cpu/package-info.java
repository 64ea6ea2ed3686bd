/** The CPU backend: the only place, beside the native module, that knows of native calls. */
package dev.eckart.backend.cpu;
