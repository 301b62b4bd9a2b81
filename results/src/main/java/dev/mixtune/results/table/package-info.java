/** Files of the search benchmark: instances, runs and the exhaustive table. */
package dev.mixtune.results.table;
