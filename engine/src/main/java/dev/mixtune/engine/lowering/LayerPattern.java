package dev.mixtune.engine.lowering;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;

/**
 * Turns one layer into the graph pattern of a family of schemes. Each family is one class; they are
 * listed in {@link LayerPatterns}.
 */
interface LayerPattern {

  /** Whether this pattern lowers the layer with this scheme. */
  boolean lowers(Layer layer, Scheme scheme);

  /** Adds the layer's nodes; the last one writes {@code context.writtenName(output)}. */
  void lower(NodeProto node, Layer layer, Scheme scheme, LoweringContext context);
}
