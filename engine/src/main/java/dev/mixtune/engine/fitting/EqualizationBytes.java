package dev.mixtune.engine.fitting;

import dev.mixtune.engine.graph.Equalization;
import dev.mixtune.engine.graph.Network;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What equalization was judged by as bytes; the weights themselves follow from the network. */
final class EqualizationBytes {
  private EqualizationBytes() {}

  static byte[] of(EqualizationChoice choice) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(choice.comparisons().size());
      for (EqualizationChoice.Comparison comparison : choice.comparisons()) {
        out.writeInt(comparison.bits());
        out.writeDouble(comparison.before());
        out.writeDouble(comparison.after());
      }
    }
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #of} wrote.
   *
   * @param network as imported
   * @throws IOException when it is cut off
   */
  static EqualizationChoice read(Network network, byte[] bytes) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      List<EqualizationChoice.Comparison> comparisons = new ArrayList<>();
      int count = in.readInt();
      for (int i = 0; i < count; i++) {
        comparisons.add(
            new EqualizationChoice.Comparison(in.readInt(), in.readDouble(), in.readDouble()));
      }
      return new EqualizationChoice(Equalization.of(network), comparisons);
    }
  }
}
