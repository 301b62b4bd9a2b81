package dev.mixtune.cli;

import dev.mixtune.cli.worker.MemoryProbe;
import dev.mixtune.cli.worker.WorkerLauncher;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.runtime.OwnedFiles;
import dev.mixtune.results.Frontier;
import dev.mixtune.results.FrontierPoint;
import dev.mixtune.search.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the peak memory of the points that are published, each in a process of its own. Only
 * where this machine is the target: what is measured here says nothing for certain of another one,
 * and a profile's frontier.json stays the same bytes each time.
 *
 * <p>What was measured once is kept in the study, by the file's hash.
 */
final class PeakMemory {
  private static final Logger LOG = LoggerFactory.getLogger(PeakMemory.class);

  static final String METHOD =
      "Peak memory is the most that opening the file and running it twice at the deployment batch"
          + " added to the resident memory of a process that runs nothing else: the weights as ONNX"
          + " Runtime keeps them and what it needs to unpack them, activations, and its own tables;"
          + " not its library, nor the Java machine around it. Opening may take more than running."
          + " It was measured on this machine.";

  private final StudyContext context;
  private final Workbench bench;
  private final PointModels models;
  private final Map<String, Tensor> inputs;
  private final MemoryProbe probe;
  private final OwnedFiles files = OwnedFiles.inTempFolder();
  private final ConcurrentMap<String, Long> known;

  PeakMemory(StudyContext context) {
    this.context = context;
    this.bench = context.bench();
    this.models = new PointModels(context);
    this.inputs = bench.deploymentInputs();
    this.probe =
        new MemoryProbe(
            new WorkerLauncher(
                MemoryProbe.fixedHeap(inputs),
                Main.class.getName(),
                List.of(context.around().cache().toAbsolutePath().toString())),
            files);
    this.known = new ConcurrentHashMap<>(context.memory().peakMemory());
  }

  /**
   * The frontier with the peak memory of its points: the chosen one first, then the uniform ones,
   * then the others, as far as there is time.
   */
  Frontier addTo(Frontier frontier, Finding finding) {
    if (!(context.latencies() instanceof HostLatency) || isOver()) {
      return frontier;
    }
    try {
      OptionalLong reference = ofFile(bench.task().model(), bench.network().sha256());
      if (reference.isEmpty()) {
        LOG.info("this operating system does not tell the peak of resident memory");
        return frontier;
      }
      return frontier.withMemory(
          new Frontier.MemoryFacts(reference.getAsLong(), METHOD),
          peaks(inOrder(frontier), finding));
    } catch (IOException e) {
      // What is only looked at in addition must not cost the report of a whole night.
      LOG.warn("no peak memory", e);
      return frontier;
    } catch (CancellationException e) {
      LOG.info("no peak memory, the user stopped the study");
      return frontier;
    } finally {
      context.memory().rememberPeakMemory(known);
    }
  }

  private boolean isOver() {
    return context.deadline().isInterrupted() || context.deadline().isOverdue();
  }

  private static List<String> inOrder(Frontier frontier) {
    return Stream.of(
            frontier.chosen().stream(), frontier.uniforms().stream(), frontier.points().stream())
        .flatMap(points -> points.map(FrontierPoint::id))
        .distinct()
        .toList();
  }

  private Map<String, Long> peaks(List<String> ids, Finding finding) {
    Map<String, Evaluation> byId = new HashMap<>();
    finding.search().evaluations().forEach(e -> byId.put(e.id(), e));
    byId.put(finding.chosen().id(), finding.chosen());
    int together = context.options().workerCount();
    Map<String, Long> peaks = new LinkedHashMap<>();
    for (int from = 0; from < ids.size() && !isOver(); from += together) {
      context.console().progress("memory", (double) from / ids.size(), null, "");
      List<String> part = ids.subList(from, Math.min(ids.size(), from + together));
      List<Future<OptionalLong>> running = new ArrayList<>();
      for (String id : part) {
        byte[] model = models.lowered(Objects.requireNonNull(byId.get(id), id)).model();
        running.add(context.workers().submit(() -> ofModel(model)));
      }
      for (int i = 0; i < part.size(); i++) {
        OptionalLong bytes = Futures.await(running.get(i), context.deadline()::isInterrupted);
        if (bytes.isPresent()) {
          peaks.put(part.get(i), bytes.getAsLong());
        }
      }
    }
    return peaks;
  }

  /** On a worker. A full temp folder costs this figure and nothing else. */
  private OptionalLong ofModel(byte[] model) {
    Path file = files.free(".onnx");
    try {
      try {
        Files.write(file, model);
        return ofFile(file, Hashes.sha256(model));
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      LOG.warn("no peak memory of a point", e);
      return OptionalLong.empty();
    }
  }

  private OptionalLong ofFile(Path file, String sha256) throws IOException {
    Long before = known.get(sha256);
    if (before != null) {
      return OptionalLong.of(before);
    }
    OptionalLong peak = probe.peakBytes(file, bench.threads(), inputs);
    peak.ifPresent(bytes -> known.put(sha256, bytes));
    return peak;
  }
}
