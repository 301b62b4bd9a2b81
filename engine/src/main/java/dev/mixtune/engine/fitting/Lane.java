package dev.mixtune.engine.fitting;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.lowering.WeightsOnlyModel;
import dev.mixtune.engine.rounding.BlockWeights;
import dev.mixtune.engine.rounding.RoundedWeights;
import dev.mixtune.engine.rounding.RoundingLibrary;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One quantized network on its way: a plan of which more and more layers are rounded. */
final class Lane {
  private final Network network;
  private final Calibration calibration;
  private final Plan plan;
  private final ActivationTreatment activations;
  private final Set<String> rounded = new HashSet<>();
  private RoundingLibrary library;

  /**
   * @param plan its integer layers are rounded to their width, all others are left alone
   * @param activations whether they are quantized too
   * @param library answers for the layers that are not rounded yet
   */
  Lane(
      Network network,
      Calibration calibration,
      Plan plan,
      ActivationTreatment activations,
      RoundingLibrary library) {
    this.network = network;
    this.calibration = calibration;
    this.plan = plan;
    this.activations = activations;
    this.library = library;
  }

  Plan plan() {
    return plan;
  }

  /** Whether this lane rounds the layer. */
  boolean rounds(Layer layer) {
    return (plan.scheme(layer.index()).arithmetic().isInteger() || isBlockwise(layer))
        && PatchReader.reads(layer);
  }

  /** Whether this lane rounds the layer in blocks. */
  boolean isBlockwise(Layer layer) {
    return plan.scheme(layer.index()).arithmetic() == Arithmetic.BLOCKWISE;
  }

  /** Whether the layer reads integers whose range was calibrated. */
  boolean readsCalibratedGrid(Layer layer) {
    return activations == ActivationTreatment.INTEGER
        && plan.scheme(layer.index()).arithmetic() == Arithmetic.INTEGER_STATIC;
  }

  /** Weights that share a scale, where the layer is rounded in blocks; 0 elsewhere. */
  int blockSize(Layer layer) {
    return plan.scheme(layer.index()).blockSize();
  }

  int bits(Layer layer) {
    return plan.scheme(layer.index()).weightBits();
  }

  /** The rounded weights of a layer whose tied twin was rounded before it; null without one. */
  @Nullable RoundedWeights tied(Layer layer) {
    String key = library.weightName(layer) + "/" + bits(layer);
    return rounded.contains(key) ? library.perChannel(layer, bits(layer)) : null;
  }

  /** The layer's blocks so far: those of a tied twin, or plainly rounded ones. */
  BlockWeights blocks(Layer layer) {
    return library.blockwise(layer, plan.scheme(layer.index()));
  }

  /** Whether a twin that shares the layer's weight was rounded in blocks before it. */
  boolean hasTiedBlocks(Layer layer) {
    return rounded.contains(blocksKey(layer));
  }

  /** From now on the layer is rounded in these blocks. */
  void round(Layer layer, BlockCandidate chosen) {
    library = library.with(layer, chosen.weights(), chosen.bias());
    rounded.add(blocksKey(layer));
  }

  private String blocksKey(Layer layer) {
    return library.weightName(layer) + "/" + plan.scheme(layer.index()).id();
  }

  /** From now on the layer is rounded like this. */
  void round(Layer layer, Candidate chosen) {
    library = library.with(layer, chosen.weights(), chosen.bias());
    rounded.add(library.weightName(layer) + "/" + bits(layer));
  }

  /** The quantized model with everything that is rounded so far. */
  ModelProto model() {
    byte[] model =
        activations == ActivationTreatment.INTEGER
            ? new PlanLowering(network, calibration, library).lower(plan).model()
            : new WeightsOnlyModel(network, library).of(plan);
    try {
      return ModelProto.parseFrom(model);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a lowered model cannot be read", e);
    }
  }
}
