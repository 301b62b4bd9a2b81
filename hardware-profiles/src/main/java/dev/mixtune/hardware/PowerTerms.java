package dev.mixtune.hardware;

/**
 * What operations and bytes cost in energy, in picojoules each. Together with counted instructions
 * and bytes they give the energy of a run.
 *
 * @param floatMac a 32-bit multiply-accumulate, beyond the instruction that carries it
 * @param integerMac an 8-bit one with a 32-bit sum
 * @param instruction fetching, decoding and retiring one instruction of any kind
 * @param memoryByte a byte to or from main memory
 * @param cacheByte a byte to or from the cache that holds activations
 */
public record PowerTerms(
    Fact floatMac, Fact integerMac, Fact instruction, Fact memoryByte, Fact cacheByte) {}
