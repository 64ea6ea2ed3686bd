/** Variant Call Format, by htsjdk: an artifact of its own, as few who decompose matrices need it. */
package dev.eckart.vcf;
