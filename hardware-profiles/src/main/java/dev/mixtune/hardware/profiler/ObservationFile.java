package dev.mixtune.hardware.profiler;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mixtune.engine.UserException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What was measured so far: one JSON object a line, the first about the device. A line is whole or
 * it does not count, so that a process may be killed at any moment.
 */
public final class ObservationFile implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * What must be the same for times to be comparable.
   *
   * @param device what it is
   * @param runtime the program whose kernels are timed
   * @param threads of each run
   * @param anchorNanos time of the model that all others are timed against
   * @param date when measuring began
   */
  public record Header(
      String device, String runtime, int threads, double anchorNanos, String date) {
    boolean agreesWith(Header other) {
      return device.equals(other.device)
          && runtime.equals(other.runtime)
          && threads == other.threads;
    }
  }

  private final Header header;
  private final List<Observation> observations;
  private final Set<String> known = new HashSet<>();
  private final BufferedWriter writer;

  private ObservationFile(Header header, List<Observation> observations, BufferedWriter writer) {
    this.header = header;
    this.observations = observations;
    this.writer = writer;
    observations.forEach(observation -> known.add(observation.id()));
  }

  /** The header of a file, if there is one. */
  public static Optional<Header> header(Path file) {
    List<String> lines = lines(file);
    return lines.isEmpty() ? Optional.empty() : Optional.of(parse(file, lines.get(0)));
  }

  /**
   * Opens a file, or begins one.
   *
   * @param now what holds now; the anchor's time and the date of an earlier beginning stay
   * @throws UserException when the file is about another device, runtime or number of threads
   */
  public static ObservationFile open(Path file, Header now) {
    List<String> lines = lines(file);
    Header header = lines.isEmpty() ? now : parse(file, lines.get(0));
    if (!header.agreesWith(now)) {
      throw new UserException(
          "'"
              + file
              + "' holds measurements of "
              + header.device()
              + ", "
              + header.runtime()
              + ", threads "
              + header.threads()
              + ", not of "
              + now.device()
              + ", "
              + now.runtime()
              + ", threads "
              + now.threads(),
          "Maybe delete it, or write the profile somewhere else.");
    }
    List<Observation> observations = new ArrayList<>();
    for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
      try {
        observations.add(JSON.readValue(line, Observation.class));
      } catch (JsonProcessingException e) {
        throw damaged(file, e);
      }
    }
    try {
      // Written anew, without the line that was cut off when the process was killed.
      StringBuilder whole = new StringBuilder(JSON.writeValueAsString(header)).append('\n');
      lines.stream().skip(1).forEach(line -> whole.append(line).append('\n'));
      Files.createDirectories(file.toAbsolutePath().getParent());
      Path part = file.resolveSibling(file.getFileName() + ".part");
      Files.writeString(part, whole);
      Files.move(part, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      return new ObservationFile(
          header,
          observations,
          Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.APPEND));
    } catch (IOException e) {
      throw new UserException("'" + file + "' cannot be written: " + e, "Choose another --out.", e);
    }
  }

  /** The whole lines. */
  private static List<String> lines(Path file) {
    try {
      if (!Files.exists(file)) {
        return List.of();
      }
      String text = Files.readString(file);
      return Arrays.stream(text.substring(0, text.lastIndexOf('\n') + 1).split("\n"))
          .filter(line -> !line.isBlank())
          .toList();
    } catch (IOException e) {
      throw new UserException("'" + file + "' cannot be read: " + e, "Maybe delete it.", e);
    }
  }

  private static Header parse(Path file, String line) {
    try {
      return JSON.readValue(line, Header.class);
    } catch (JsonProcessingException e) {
      throw damaged(file, e);
    }
  }

  private static UserException damaged(Path file, JsonProcessingException cause) {
    return new UserException(
        "'" + file + "' is damaged: " + cause.getOriginalMessage(), "Maybe delete it.", cause);
  }

  /** What holds for all observations. */
  public Header header() {
    return header;
  }

  /** Whether the model with this id was timed. */
  public boolean has(String id) {
    return known.contains(id);
  }

  /** All observations, in the order they were made. */
  public List<Observation> observations() {
    return List.copyOf(observations);
  }

  /** Adds an observation; it is on disk when this returns. */
  public void add(Observation observation) {
    try {
      writer.write(JSON.writeValueAsString(observation));
      writer.write('\n');
      writer.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the measurements", e);
    }
    observations.add(observation);
    known.add(observation.id());
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the measurements", e);
    }
  }
}
