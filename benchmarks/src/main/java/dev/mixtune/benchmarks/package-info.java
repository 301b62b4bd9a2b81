/** Competitors of the search, ours among them, on equal terms. Never shipped. */
package dev.mixtune.benchmarks;
