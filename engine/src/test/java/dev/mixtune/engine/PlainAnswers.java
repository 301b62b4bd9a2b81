package dev.mixtune.engine;

import ai.onnxruntime.OrtEnvironment;
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

/**
 * What plain ONNX Runtime answers, for another process: one that has another version of it on its
 * class path. Everything goes through files.
 */
public final class PlainAnswers {
  private PlainAnswers() {}

  /** The arguments are a model, its inputs as {@link #write} wrote them, and where answers go. */
  public static void main(String[] arguments) throws IOException {
    Map<String, Tensor> answers = new LinkedHashMap<>();
    for (Tensor answer :
        PlainOrt.run(
            Files.readAllBytes(Path.of(arguments[0])),
            read(Path.of(arguments[1])),
            /* optimised= */ true)) {
      answers.put(Integer.toString(answers.size()), answer);
    }
    write(Path.of(arguments[2]), answers);
    System.out.println("answered by " + OrtEnvironment.getEnvironment().getVersion());
  }

  /** Writes named tensors of floats or longs. */
  public static void write(Path file, Map<String, Tensor> tensors) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(tensors.size());
      for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
        out.writeUTF(entry.getKey());
        long[] shape = entry.getValue().shape();
        out.writeInt(shape.length);
        for (long length : shape) {
          out.writeLong(length);
        }
        out.writeBoolean(entry.getValue() instanceof Tensor.Floats);
        if (entry.getValue() instanceof Tensor.Floats floats) {
          for (float value : floats.values()) {
            out.writeFloat(value);
          }
        } else {
          for (long value : ((Tensor.Longs) entry.getValue()).values()) {
            out.writeLong(value);
          }
        }
      }
    }
  }

  /** Reads what {@link #write} wrote, in the same order. */
  public static Map<String, Tensor> read(Path file) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      int count = in.readInt();
      for (int t = 0; t < count; t++) {
        String name = in.readUTF();
        long[] shape = new long[in.readInt()];
        for (int i = 0; i < shape.length; i++) {
          shape[i] = in.readLong();
        }
        int elements = Math.toIntExact(Tensor.elements(shape));
        if (in.readBoolean()) {
          float[] values = new float[elements];
          for (int i = 0; i < elements; i++) {
            values[i] = in.readFloat();
          }
          tensors.put(name, new Tensor.Floats(values, shape));
        } else {
          long[] values = new long[elements];
          for (int i = 0; i < elements; i++) {
            values[i] = in.readLong();
          }
          tensors.put(name, new Tensor.Longs(values, shape));
        }
      }
    }
    return tensors;
  }

  /** The answers in their order. */
  public static List<Tensor> answers(Path file) throws IOException {
    return new ArrayList<>(read(file).values());
  }
}
