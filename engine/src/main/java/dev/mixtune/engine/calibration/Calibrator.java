package dev.mixtune.engine.calibration;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs the float network over calibration samples and watches every float activation. */
public final class Calibrator {
  private final OrtRuntime runtime;
  private final int threads;

  /**
   * @param runtime runs the float network
   * @param threads threads of the one session that it opens
   */
  public Calibrator(OrtRuntime runtime, int threads) {
    this.runtime = runtime;
    this.threads = threads;
  }

  /**
   * Streams over the batches once; memory does not grow with their number.
   *
   * @param network the network
   * @param batches inputs by name; read once
   * @param method chooses the ranges
   * @throws UserException when the network computes nothing but NaN or infinity somewhere
   */
  public Calibration run(
      Network network, Iterable<Map<String, Tensor>> batches, RangeMethod method) {
    Map<String, ActivationHistogram> histograms = new HashMap<>();
    byte[] probe = watched(network);
    try (Session session = runtime.open(probe, threads)) {
      List<String> names = session.outputs().stream().map(Session.Port::name).toList();
      for (Map<String, Tensor> batch : batches) {
        batch.forEach((name, tensor) -> observe(histograms, name, tensor));
        List<Tensor> values = session.run(batch);
        for (int i = 0; i < names.size(); i++) {
          observe(histograms, names.get(i), values.get(i));
        }
      }
    }
    refuseNotFinite(histograms);
    return new Calibration(histograms, method);
  }

  private static void observe(
      Map<String, ActivationHistogram> histograms, String name, Tensor tensor) {
    if (tensor instanceof Tensor.Floats floats) {
      histograms.computeIfAbsent(name, key -> new ActivationHistogram()).add(floats.values());
    }
  }

  private static void refuseNotFinite(Map<String, ActivationHistogram> histograms) {
    histograms.forEach(
        (name, histogram) -> {
          // Attention masks add minus infinity on purpose; a tensor that is never finite does not.
          if (histogram.notFinite() > 0 && histogram.samples() == 0) {
            throw new UserException(
                "the float model computes only NaN or infinity at '" + name + "'",
                "Check the model's weights and the mean and std of the task file.");
          }
        });
  }

  /** The network with every float activation as an output. */
  private byte[] watched(Network network) {
    Set<String> values = new LinkedHashSet<>();
    for (NodeProto node : network.graph().nodes()) {
      values.addAll(node.getOutputList());
    }
    values.remove("");
    // An output needs no type: the session knows which values are floats.
    List<String> floats = new ArrayList<>();
    try (Session session = runtime.open(withOutputs(network, values), threads)) {
      for (Session.Port port : session.outputs()) {
        if (port.type().equals("FLOAT")) {
          floats.add(port.name());
        }
      }
    }
    return withOutputs(network, floats);
  }

  private static byte[] withOutputs(Network network, Iterable<String> values) {
    ModelProto.Builder model = network.graph().model().toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder().clearOutput();
    values.forEach(value -> graph.addOutput(ValueInfoProto.newBuilder().setName(value)));
    return model.build().toByteArray();
  }
}
