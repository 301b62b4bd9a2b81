package dev.mixtune.engine.fitting;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.ChannelLayout;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.rounding.BlockWeights;
import dev.mixtune.engine.rounding.RoundedWeights;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A rounded network as bytes: one record per entry of its report. */
final class RoundedNetworkBytes {
  private RoundedNetworkBytes() {}

  static byte[] of(Network network, RoundedNetwork rounded) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(rounded.report().entries().size());
      for (RoundingReport.Entry entry : rounded.report().entries()) {
        Layer layer = network.layers().get(entry.layer());
        write(entry, out);
        write(rounded.library().perChannel(layer, entry.bits()), out);
        float[] bias = rounded.library().bias(layer, entry.bits()).orElse(null);
        out.writeBoolean(bias != null);
        if (bias != null) {
          write(bias, out);
        }
      }
      out.writeInt(rounded.report().blocks().size());
      for (RoundingReport.Entry entry : rounded.report().blocks()) {
        Layer layer = network.layers().get(entry.layer());
        Scheme scheme = Scheme.ofBlocks(entry.bits(), entry.blockSize());
        BlockWeights blocks = rounded.library().blockwise(layer, scheme);
        write(entry, out);
        out.write(blocks.packed());
        write(blocks.scales(), out);
        float[] bias = rounded.library().bias(layer, scheme).orElse(null);
        out.writeBoolean(bias != null);
        if (bias != null) {
          write(bias, out);
        }
      }
      out.writeInt(rounded.report().networks().size());
      for (RoundingReport.NetworkError error : rounded.report().networks()) {
        out.writeUTF(error.plan());
        out.writeDouble(error.fitted());
        out.writeDouble(error.plain());
      }
    }
    return bytes.toByteArray();
  }

  private static void write(RoundingReport.Entry entry, DataOutputStream out) throws IOException {
    out.writeInt(entry.layer());
    out.writeInt(entry.bits());
    out.writeInt(entry.blockSize());
    out.writeLong(entry.rows());
    out.writeUTF(entry.chosen());
    out.writeInt(entry.errors().size());
    for (Map.Entry<String, Double> error : entry.errors().entrySet()) {
      out.writeUTF(error.getKey());
      out.writeDouble(error.getValue());
    }
  }

  private static void write(RoundedWeights weights, DataOutputStream out) throws IOException {
    ChannelLayout layout = weights.layout();
    out.writeInt(layout.outer());
    out.writeInt(layout.channels());
    out.writeInt(layout.inner());
    out.writeInt(layout.axis());
    out.write(weights.codes());
    write(weights.scales(), out);
  }

  private static void write(float[] values, DataOutputStream out) throws IOException {
    for (float value : values) {
      out.writeFloat(value);
    }
  }

  /**
   * Reads what {@link #of} wrote.
   *
   * @throws IOException when it does not fit the network
   */
  static RoundedNetwork read(Network network, byte[] bytes) throws IOException {
    RoundingLibrary library = new RoundingLibrary(network, RoundingMethods.named("mse"));
    List<RoundingReport.Entry> entries = new ArrayList<>();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int count = in.readInt();
      for (int i = 0; i < count; i++) {
        RoundingReport.Entry entry = entry(network, in);
        Layer layer = network.layers().get(entry.layer());
        ChannelLayout layout =
            new ChannelLayout(in.readInt(), in.readInt(), in.readInt(), in.readInt());
        if (layout.size() != layer.parameters()) {
          throw new IOException(layout + " does not fit layer '" + layer.name() + "'");
        }
        byte[] codes = in.readNBytes(layout.size());
        float[] scales = floats(layout.channels(), in);
        float @Nullable [] bias = in.readBoolean() ? floats(layout.channels(), in) : null;
        library =
            library.with(
                layer,
                new RoundedWeights(entry.bits(), codes, scales, layout, entry.chosen()),
                bias);
        entries.add(entry);
      }
      List<RoundingReport.Entry> blocks = new ArrayList<>();
      int blockCount = in.readInt();
      for (int i = 0; i < blockCount; i++) {
        RoundingReport.Entry entry = entry(network, in);
        library = withBlocks(library, network.layers().get(entry.layer()), entry, in);
        blocks.add(entry);
      }
      return new RoundedNetwork(library, new RoundingReport(entries, blocks, networks(in)));
    }
  }

  private static RoundingLibrary withBlocks(
      RoundingLibrary library, Layer layer, RoundingReport.Entry entry, DataInputStream in)
      throws IOException {
    if (layer.kind() != OperatorKind.MATMUL) {
      throw new IOException("layer '" + layer.name() + "' is no matrix product");
    }
    int inputs = Math.toIntExact(layer.weightShape().get(0));
    int outputs = Math.toIntExact(layer.weightShape().get(1));
    int size = Scheme.ofBlocks(entry.bits(), entry.blockSize()).blockSize();
    int blocks = outputs * ((inputs + size - 1) / size);
    byte[] packed = in.readNBytes(blocks * size * entry.bits() / 8);
    float[] scales = floats(blocks, in);
    float @Nullable [] bias = in.readBoolean() ? floats(outputs, in) : null;
    BlockWeights weights =
        new BlockWeights(entry.bits(), size, inputs, outputs, packed, scales, entry.chosen());
    return library.with(layer, weights, bias);
  }

  private static List<RoundingReport.NetworkError> networks(DataInputStream in) throws IOException {
    List<RoundingReport.NetworkError> networks = new ArrayList<>();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      networks.add(new RoundingReport.NetworkError(in.readUTF(), in.readDouble(), in.readDouble()));
    }
    return networks;
  }

  private static RoundingReport.Entry entry(Network network, DataInputStream in)
      throws IOException {
    int layer = in.readInt();
    if (layer < 0 || layer >= network.layers().size()) {
      throw new IOException("no layer " + layer);
    }
    int bits = in.readInt();
    int blockSize = in.readInt();
    long rows = in.readLong();
    String chosen = in.readUTF();
    int methods = in.readInt();
    Map<String, Double> errors = new HashMap<>();
    for (int i = 0; i < methods; i++) {
      errors.put(in.readUTF(), in.readDouble());
    }
    String name = network.layers().get(layer).name();
    return new RoundingReport.Entry(layer, name, bits, blockSize, chosen, errors, rows);
  }

  private static float[] floats(int count, DataInputStream in) throws IOException {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.readFloat();
    }
    return values;
  }
}
