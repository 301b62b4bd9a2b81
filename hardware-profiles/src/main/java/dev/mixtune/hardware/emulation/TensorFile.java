package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.Tensor;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Named tensors of several runs in one file, to hand them to an emulated process and back. */
final class TensorFile {
  private TensorFile() {}

  static void write(Path file, List<Map<String, Tensor>> runs) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(runs.size());
      for (Map<String, Tensor> run : runs) {
        out.writeInt(run.size());
        for (Map.Entry<String, Tensor> entry : run.entrySet()) {
          out.writeUTF(entry.getKey());
          write(out, entry.getValue());
        }
      }
    }
  }

  static List<Map<String, Tensor>> read(Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      List<Map<String, Tensor>> runs = new ArrayList<>();
      int count = in.readInt();
      for (int i = 0; i < count; i++) {
        Map<String, Tensor> run = new LinkedHashMap<>();
        int tensors = in.readInt();
        for (int j = 0; j < tensors; j++) {
          run.put(in.readUTF(), read(in));
        }
        runs.add(run);
      }
      return runs;
    }
  }

  private static void write(DataOutputStream out, Tensor tensor) throws IOException {
    boolean floats = tensor instanceof Tensor.Floats;
    out.writeBoolean(floats);
    out.writeInt(tensor.shape().length);
    for (long axis : tensor.shape()) {
      out.writeLong(axis);
    }
    if (tensor instanceof Tensor.Floats values) {
      for (float value : values.values()) {
        out.writeFloat(value);
      }
    } else if (tensor instanceof Tensor.Longs values) {
      for (long value : values.values()) {
        out.writeLong(value);
      }
    }
  }

  private static Tensor read(DataInputStream in) throws IOException {
    boolean floats = in.readBoolean();
    long[] shape = new long[in.readInt()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = in.readLong();
    }
    int elements = Math.toIntExact(Tensor.elements(shape));
    if (floats) {
      float[] values = new float[elements];
      for (int i = 0; i < elements; i++) {
        values[i] = in.readFloat();
      }
      return new Tensor.Floats(values, shape);
    }
    long[] values = new long[elements];
    for (int i = 0; i < elements; i++) {
      values[i] = in.readLong();
    }
    return new Tensor.Longs(values, shape);
  }
}
