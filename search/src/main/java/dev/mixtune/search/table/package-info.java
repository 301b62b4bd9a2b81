/**
 * Table instances: search problems whose costs and damages stand in a table, for benchmarks of
 * search strategies. Uses the public search like any caller; the search knows nothing of it.
 */
package dev.mixtune.search.table;
