package dev.mixtune.engine.fitting;

import dev.mixtune.engine.calibration.Calibration;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Chosen activation ranges as bytes: the choices, not the observations that they choose from. */
final class FittedRangesBytes {
  private FittedRangesBytes() {}

  static byte[] of(FittedRanges ranges) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeUTF(ranges.common());
      out.writeDouble(ranges.error());
      write(ranges.uniform(), out);
      out.writeInt(ranges.choices().size());
      for (FittedRanges.Choice choice : ranges.choices()) {
        out.writeUTF(choice.tensor());
        out.writeUTF(choice.chosen());
        write(choice.errors(), out);
      }
    }
    return bytes.toByteArray();
  }

  private static void write(Map<String, Double> errors, DataOutputStream out) throws IOException {
    out.writeInt(errors.size());
    for (Map.Entry<String, Double> error : errors.entrySet()) {
      out.writeUTF(error.getKey());
      out.writeDouble(error.getValue());
    }
  }

  /**
   * Reads what {@link #of} wrote.
   *
   * @throws IOException when it is cut off
   * @throws IllegalArgumentException when it does not fit the observations
   */
  static FittedRanges read(Calibration observed, byte[] bytes) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      String common = in.readUTF();
      double error = in.readDouble();
      Map<String, Double> uniform = errors(in);
      List<FittedRanges.Choice> choices = new ArrayList<>();
      int count = in.readInt();
      for (int i = 0; i < count; i++) {
        choices.add(new FittedRanges.Choice(in.readUTF(), in.readUTF(), errors(in)));
      }
      return FittedRanges.of(observed, common, uniform, error, choices);
    }
  }

  private static Map<String, Double> errors(DataInputStream in) throws IOException {
    Map<String, Double> errors = new TreeMap<>();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      errors.put(in.readUTF(), in.readDouble());
    }
    return errors;
  }
}
