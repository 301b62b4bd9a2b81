package dev.mixtune.training.tuning;

import dev.mixtune.engine.UserException;
import dev.mixtune.results.AtomicFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The state of a training after a whole epoch.
 *
 * @param epochs epochs done
 * @param steps steps of the optimizer done
 * @param firstLoss what the training began with; growth is judged by it
 * @param arrays variables and the optimizer's moments, in the order of the training
 * @param best the variables that scored best on the search split
 */
public record Checkpoint(int epochs, int steps, double firstLoss, List<float[]> arrays, Best best) {
  private static final int MAGIC = 0x4d585432;

  public Checkpoint {
    arrays = List.copyOf(arrays);
  }

  /**
   * The best variables so far.
   *
   * @param epoch after which they were scored; 0 for the rounded start
   * @param score on the search split
   * @param arrays variables, in the order of the training
   */
  public record Best(int epoch, double score, List<float[]> arrays) {
    public Best {
      arrays = List.copyOf(arrays);
    }
  }

  /**
   * Writes the checkpoint; a reader sees the old one or the new one.
   *
   * @param key what it belongs to: model, plan, data and settings
   * @throws UserException when the folder cannot be written or the disk is full
   */
  public void write(Path file, String key) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      out.writeUTF(key);
      out.writeInt(epochs);
      out.writeInt(steps);
      out.writeDouble(firstLoss);
      write(out, arrays);
      out.writeInt(best.epoch());
      out.writeDouble(best.score());
      write(out, best.arrays());
      CRC32 sum = new CRC32();
      sum.update(bytes.toByteArray());
      out.writeLong(sum.getValue());
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    AtomicFile.write(file, bytes.toByteArray());
  }

  private static void write(DataOutputStream out, List<float[]> arrays) throws IOException {
    out.writeInt(arrays.size());
    for (float[] array : arrays) {
      ByteBuffer buffer = ByteBuffer.allocate(array.length * Float.BYTES);
      buffer.asFloatBuffer().put(array);
      out.writeInt(array.length);
      out.write(buffer.array());
    }
  }

  private static List<float[]> arrays(DataInputStream in) throws IOException {
    List<float[]> arrays = new ArrayList<>();
    for (int count = in.readInt(); count > 0; count--) {
      byte[] raw = in.readNBytes(in.readInt() * Float.BYTES);
      float[] array = new float[raw.length / Float.BYTES];
      ByteBuffer.wrap(raw).asFloatBuffer().get(array);
      arrays.add(array);
    }
    return arrays;
  }

  /**
   * Reads a checkpoint.
   *
   * @param key what it must belong to
   * @throws UserException when the file is damaged or belongs to something else
   */
  public static Checkpoint read(Path file, String key) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      requireWhole(file, bytes);
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      in.readInt();
      if (!in.readUTF().equals(key)) {
        throw new UserException(
            "'" + file + "' is the checkpoint of another training",
            "Give the same model, plan, data and settings again, or remove it to start anew.");
      }
      int epochs = in.readInt();
      int steps = in.readInt();
      double firstLoss = in.readDouble();
      List<float[]> arrays = arrays(in);
      Best best = new Best(in.readInt(), in.readDouble(), arrays(in));
      return new Checkpoint(epochs, steps, firstLoss, arrays, best);
    } catch (IOException e) {
      throw new UserException("'" + file + "' cannot be read: " + e, "Remove it to start anew.", e);
    }
  }

  private static void requireWhole(Path file, byte[] bytes) {
    int body = bytes.length - Long.BYTES;
    boolean whole = body > Integer.BYTES && ByteBuffer.wrap(bytes).getInt() == MAGIC;
    if (whole) {
      CRC32 sum = new CRC32();
      sum.update(bytes, 0, body);
      whole = ByteBuffer.wrap(bytes).getLong(body) == sum.getValue();
    }
    if (!whole) {
      throw new UserException(
          "'" + file + "' is no checkpoint, or a damaged one", "Remove it to start anew.");
    }
  }
}
