package dev.mixtune.cli;

import dev.mixtune.engine.Plan;
import dev.mixtune.results.AtomicFile;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps answers between runs, compressed, under a key of everything that decides them. */
final class AnswerFile {
  private static final Logger LOG = LoggerFactory.getLogger(AnswerFile.class);

  private final Path file;
  private final String key;

  /**
   * @param folder of all such files
   * @param key names what was answered by what; part of the file
   */
  AnswerFile(Path folder, String key) {
    this.file = folder.resolve(key + ".answers.gz");
    this.key = key;
  }

  /** What is kept; empty when there is nothing, or it is damaged. */
  Optional<AnswerTable> read() {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try (DataInputStream in =
        new DataInputStream(new GZIPInputStream(Files.newInputStream(file)))) {
      if (!in.readUTF().equals(key)) {
        return Optional.empty();
      }
      int samples = in.readInt();
      BitSet floatRight = bits(in);
      int count = in.readInt();
      List<AnswerTable.Row> plans = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        plans.add(new AnswerTable.Row(Plan.parse(in.readUTF()), in.readLong(), bits(in)));
      }
      return Optional.of(new AnswerTable(samples, floatRight, plans));
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("answers in {} cannot be read and are made again", file, e);
      return Optional.empty();
    }
  }

  /** Writes the file, whole or not at all. */
  void write(AnswerTable table) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(bytes))) {
      out.writeUTF(key);
      out.writeInt(table.samples());
      put(out, table.floatRight());
      out.writeInt(table.plans().size());
      for (AnswerTable.Row row : table.plans()) {
        out.writeUTF(row.plan().key());
        out.writeLong(row.sizeBytes());
        put(out, row.right());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    AtomicFile.write(file, bytes.toByteArray());
  }

  private static BitSet bits(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return BitSet.valueOf(bytes);
  }

  private static void put(DataOutputStream out, BitSet bits) throws IOException {
    byte[] bytes = bits.toByteArray();
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
