package dev.mixtune.engine.graph;

/**
 * A node that computes with weights, products or bodies of its own, or whose operator is unknown,
 * and is no layer: every plan leaves it as it is.
 *
 * @param node its name
 * @param operator the operator type, with its domain where that is not ONNX's own
 * @param reason why it is no layer, in words
 * @param macs multiply-accumulates at batch 1; 0 where they are not known
 */
public record Untouched(String node, String operator, String reason, long macs) {}
