/** Texts as words. Start with {@link dev.eckart.text.Tokenizer} and {@link dev.eckart.text.Documents}. */
package dev.eckart.text;
