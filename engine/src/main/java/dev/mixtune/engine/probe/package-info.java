/** Small models whose kernels are counted or timed; their answers mean nothing. */
package dev.mixtune.engine.probe;
