package dev.mixtune.results.table;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mixtune.engine.UserException;
import dev.mixtune.results.AtomicFile;
import dev.mixtune.search.table.FullTable;
import dev.mixtune.search.table.TableShape;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The right answers of all plans of a small network, as they come in: a line of JSON that says what
 * was evaluated, then one big-endian short per plan, -1 where it is not known yet; all compressed.
 */
public final class FullTableFile {
  private static final short UNKNOWN = -1;

  private final Header header;
  private final short[] right;

  /**
   * What was evaluated.
   *
   * @param name of the task
   * @param model SHA-256 of the float model
   * @param rounding SHA-256 over the uniform plans' files: other rounding or lowering, other hash
   * @param runtime name and version
   * @param samples fingerprint of the images and labels
   * @param images how many
   * @param reference right answers of the float model
   * @param schemes options, the widest first
   * @param sizes {@code [layer][option]}: bytes that add up to the size of a plan's file
   */
  public record Header(
      String name,
      String model,
      String rounding,
      String runtime,
      String samples,
      int images,
      int reference,
      List<String> schemes,
      List<List<Double>> sizes) {

    public Header {
      schemes = List.copyOf(schemes);
      sizes = sizes.stream().map(List::copyOf).toList();
    }

    private int plans() {
      int plans = 1;
      for (int layer = 0; layer < sizes.size(); layer++) {
        plans = Math.multiplyExact(plans, schemes.size());
      }
      return plans;
    }
  }

  private FullTableFile(Header header, short[] right) {
    this.header = header;
    this.right = right;
  }

  /** Nothing known yet. */
  public static FullTableFile empty(Header header) {
    short[] right = new short[header.plans()];
    Arrays.fill(right, UNKNOWN);
    return new FullTableFile(header, right);
  }

  /**
   * Reads a file back, whole or unfinished.
   *
   * @throws UserException when it is missing or broken
   */
  public static FullTableFile read(Path file) {
    try (DataInputStream in =
        new DataInputStream(new GZIPInputStream(Files.newInputStream(file)))) {
      Header header = JsonMapper.builder().build().readValue(in.readUTF(), Header.class);
      short[] right = new short[header.plans()];
      for (int i = 0; i < right.length; i++) {
        right[i] = in.readShort();
      }
      return new FullTableFile(header, right);
    } catch (IOException e) {
      throw new UserException(
          "table '" + file + "' cannot be read", "Make it by tune bench table --table FILE.", e);
    }
  }

  /** Writes the file, whole or not at all. */
  public synchronized void write(Path file) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(bytes))) {
      out.writeUTF(json());
      for (short count : right) {
        out.writeShort(count);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    AtomicFile.write(file, bytes.toByteArray());
  }

  private String json() throws JsonProcessingException {
    return JsonMapper.builder().build().writeValueAsString(header);
  }

  /** What was evaluated. */
  public Header header() {
    return header;
  }

  /** Whether the plans from {@code index} on, {@code count} of them, are all known. */
  public synchronized boolean knows(int index, int count) {
    for (int i = index; i < index + count; i++) {
      if (right[i] == UNKNOWN) {
        return false;
      }
    }
    return true;
  }

  /** Number of plans. */
  public int plans() {
    return right.length;
  }

  /** Records the right answers of the plans from {@code index} on. */
  public synchronized void put(int index, int[] counts) {
    for (int i = 0; i < counts.length; i++) {
      right[index + i] = (short) counts[i];
    }
  }

  /**
   * The whole table.
   *
   * @param mostDrop drop beyond which nothing counts, a fraction above 0
   * @throws UserException when plans are missing
   */
  public FullTable table(double mostDrop) {
    if (!knows(0, right.length)) {
      throw new UserException(
          "the table of '" + header.name() + "' is unfinished",
          "Go on with it: tune bench table --table FILE.");
    }
    double[][] costs =
        header.sizes().stream()
            .map(layer -> layer.stream().mapToDouble(Double::doubleValue).toArray())
            .toArray(double[][]::new);
    return new FullTable(
        new TableShape(header.name(), List.of(), costs),
        header.images(),
        header.reference(),
        right,
        mostDrop);
  }
}
