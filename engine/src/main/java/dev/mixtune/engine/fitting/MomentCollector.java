package dev.mixtune.engine.fitting;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Range;
import dev.mixtune.engine.graph.Constants;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.runtime.ModelRuntime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Streams calibration samples through the float network and through the lanes, and gathers the
 * moments of the inputs of one stage's layers. Beside the moments, what is kept of the samples is
 * bounded.
 */
final class MomentCollector {
  private final Network network;
  private final ModelRuntime runtime;
  private final Calibration calibration;
  private final FittingSettings settings;
  private final Parallel parallel;
  private final int samples;
  private final long checkpointBytes;
  private final Map<String, NodeProto> nodes = new HashMap<>();

  /** Values that everything behind them depends on. */
  private final Set<String> cuts;

  /** Of the float network first, then of each lane; empty before the first one. */
  private List<Checkpoint> checkpoints = List.of();

  /**
   * @param samples calibration samples in all
   * @param checkpointBytes most memory for the values from which later layers are computed
   */
  MomentCollector(
      Network network,
      ModelRuntime runtime,
      Calibration calibration,
      FittingSettings settings,
      Parallel parallel,
      int samples,
      long checkpointBytes) {
    this.network = network;
    this.runtime = runtime;
    this.calibration = calibration;
    this.settings = settings;
    this.parallel = parallel;
    this.samples = samples;
    this.checkpointBytes = checkpointBytes;
    network.graph().nodes().forEach(node -> nodes.put(node.getName(), node));
    this.cuts =
        Set.copyOf(ModelPieces.allCuts(network.graph().model(), Set.copyOf(calibration.tensors())));
  }

  /** The node of a layer in the float network. */
  NodeProto node(Layer layer) {
    NodeProto node = nodes.get(layer.name());
    if (node == null) {
      throw new IllegalArgumentException("no layer '" + layer.name() + "' in this network");
    }
    return node;
  }

  /**
   * Reads all batches once. Stages are to be asked for in their order, with the same lanes.
   *
   * @return moments by lane, in the order of {@code lanes}, and by layer
   */
  List<Map<Layer, LayerMoments>> collect(
      List<Layer> stage, List<Lane> lanes, Iterable<Map<String, Tensor>> batches) {
    List<LaneReader> readers = new ArrayList<>();
    Optional<String> known = known(0, network.graph().model());
    Optional<Layer> kept = nextCheckpoint(stage, lanes);
    List<Tensor.Floats> keptFloats = new ArrayList<>();
    long keptBytes = 0;
    try (ValueReader floats = floatReader(stage, known)) {
      for (int lane = 0; lane < lanes.size(); lane++) {
        readers.add(new LaneReader(stage, lanes.get(lane), lane + 1, kept));
      }
      int first = 0;
      int number = 0;
      for (Map<String, Tensor> batch : batches) {
        int index = number++;
        Map<String, Tensor.Floats> values = floats.read(with(batch, known, 0, index));
        if (kept.isPresent()) {
          Tensor.Floats value = Objects.requireNonNull(values.get(node(kept.get()).getInput(0)));
          keptFloats.add(value);
          keptBytes += (lanes.size() + 1L) * value.values().length * Float.BYTES;
        }
        List<RowDraw> draws = new ArrayList<>();
        for (Layer layer : stage) {
          Tensor.Floats input = Objects.requireNonNull(values.get(node(layer).getInput(0)));
          Tensor.Floats wanted = isClipped(layer, lanes) ? clipped(layer, input) : input;
          draws.add(RowDraw.of(layer, node(layer), wanted, first, samples, settings));
        }
        parallel.forEach(readers.size(), lane -> readers.get(lane).add(batch, index, draws));
        if (keptBytes > checkpointBytes) {
          // Samples may be longer than the layer's shape says.
          kept = Optional.empty();
          keptBytes = 0;
          keptFloats.clear();
          readers.forEach(LaneReader::keepNothing);
        }
        first += (int) batch.values().iterator().next().shape()[0];
      }
      parallel.forEach(readers.size(), lane -> readers.get(lane).settle());
      if (kept.isPresent()) {
        keep(kept.get(), keptFloats, readers);
      }
      return readers.stream().map(reader -> reader.moments).toList();
    } finally {
      readers.forEach(LaneReader::close);
    }
  }

  /** The value of a model that its checkpoint stands for. */
  private Optional<String> known(int of, ModelProto model) {
    return checkpoints.isEmpty() ? Optional.empty() : checkpoints.get(of).in(model);
  }

  private Map<String, Tensor> with(
      Map<String, Tensor> batch, Optional<String> known, int of, int index) {
    if (known.isEmpty()) {
      return batch;
    }
    Map<String, Tensor> all = new HashMap<>(batch);
    all.put(known.get(), checkpoints.get(of).values().get(index));
    return all;
  }

  /**
   * The layer of a stage whose input is worth keeping, if all lanes read it and it is small. Only
   * what the first layer reads is final: other inputs may come from layers of the stage that are
   * not rounded yet.
   */
  private Optional<Layer> nextCheckpoint(List<Layer> stage, List<Lane> lanes) {
    String first = node(stage.get(0)).getInput(0);
    return stage.stream()
        .filter(layer -> node(layer).getInput(0).equals(first) && cuts.contains(first))
        .filter(layer -> lanes.stream().allMatch(lane -> lane.rounds(layer)))
        .filter(
            layer ->
                Constants.elements(layer.inputShape()) * Float.BYTES * samples * (lanes.size() + 1)
                    <= checkpointBytes)
        .findFirst();
  }

  /** Memory of the values that later layers are computed from. */
  long keptBytes() {
    return checkpoints.stream()
        .flatMap(checkpoint -> checkpoint.values().stream())
        .mapToLong(value -> (long) value.values().length * Float.BYTES)
        .sum();
  }

  private void keep(Layer layer, List<Tensor.Floats> floats, List<LaneReader> readers) {
    List<Checkpoint> kept = new ArrayList<>();
    kept.add(new Checkpoint(layer.name(), floats));
    readers.forEach(reader -> kept.add(new Checkpoint(layer.name(), reader.kept)));
    checkpoints = kept;
  }

  /** Whether the lanes read the layer's input on a grid with calibrated ends. */
  private static boolean isClipped(Layer layer, List<Lane> lanes) {
    return lanes.stream().anyMatch(lane -> lane.readsCalibratedGrid(layer));
  }

  /**
   * The float input as far as its grid reaches. What the grid cuts off was cut off on purpose: left
   * in, a few extreme values would rule every mean and every square.
   */
  private Tensor.Floats clipped(Layer layer, Tensor.Floats input) {
    Optional<Range> range = calibration.range(node(layer).getInput(0));
    if (range.isEmpty()) {
      return input;
    }
    float[] values = new float[input.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(range.get().low(), Math.min(range.get().high(), input.values()[i]));
    }
    return new Tensor.Floats(values, input.shape());
  }

  private ValueReader floatReader(List<Layer> stage, Optional<String> known) {
    List<String> values = stage.stream().map(layer -> node(layer).getInput(0)).toList();
    return new ValueReader(runtime, network.graph().model(), values, known, settings.threads());
  }

  /** One lane's session over the stage's inputs, and the moments it gathers. */
  private final class LaneReader implements AutoCloseable {
    private final ValueReader reader;
    private final CrossProducts products;
    private final Map<Layer, String> inputs = new LinkedHashMap<>();
    private final Map<Layer, LayerMoments> moments = new LinkedHashMap<>();

    private final List<Tensor.Floats> kept = new ArrayList<>();
    private final Optional<String> known;
    private Optional<Layer> keeps;
    private final int number;

    /**
     * @param number among the checkpoints
     * @param keeps the layer whose input is kept for later stages
     */
    LaneReader(List<Layer> stage, Lane lane, int number, Optional<Layer> keeps) {
      this.number = number;
      this.keeps = keeps;
      ModelProto model = lane.model();
      this.known = known(number, model);
      Map<String, NodeProto> lowered = new HashMap<>();
      Map<String, NodeProto> producers = new HashMap<>();
      for (NodeProto node : model.getGraph().getNodeList()) {
        lowered.put(node.getName(), node);
        node.getOutputList().forEach(output -> producers.put(output, node));
      }
      for (Layer layer : stage) {
        if (lane.rounds(layer)) {
          NodeProto node = Objects.requireNonNull(lowered.get(layer.name()), layer.name());
          inputs.put(layer, floatInput(node, producers));
          PatchReader patches = PatchReader.of(layer, node(layer));
          moments.put(layer, new LayerMoments(patches, samples < settings.heldBackEvery()));
        }
      }
      reader = new ValueReader(runtime, model, inputs.values(), known, settings.threads());
      products = new CrossProducts(runtime);
    }

    /** Ranges taken at run time stand in front of the layer: the float value is one node back. */
    private static String floatInput(NodeProto node, Map<String, NodeProto> producers) {
      NodeProto before = producers.get(node.getInput(0));
      return before != null && before.getOpType().equals("DynamicQuantizeLinear")
          ? before.getInput(0)
          : node.getInput(0);
    }

    void keepNothing() {
      keeps = Optional.empty();
      kept.clear();
    }

    void add(Map<String, Tensor> batch, int index, List<RowDraw> draws) {
      Map<String, Tensor.Floats> values = reader.read(with(batch, known, number, index));
      keeps.map(inputs::get).map(values::get).ifPresent(kept::add);
      for (RowDraw draw : draws) {
        String input = inputs.get(draw.layer());
        LayerMoments gathered = moments.get(draw.layer());
        if (input != null && gathered != null) {
          gathered.add(draw, Objects.requireNonNull(values.get(input)), products);
        }
      }
    }

    void settle() {
      moments.values().forEach(gathered -> gathered.settle(products));
    }

    @Override
    public void close() {
      reader.close();
      products.close();
    }
  }
}
