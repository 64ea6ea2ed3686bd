/**
 * A small builder of self-contained HTML pages: prose, tables, pictures as PNG data URIs and interactive charts (ECharts, inlined),
 * light and dark. A {@link dev.eckart.cli.page.Page} holds {@link dev.eckart.cli.page.Section}s, a section holds
 * {@link dev.eckart.cli.page.Block}s; nothing in the result touches the network.
 */
package dev.eckart.cli.page;
