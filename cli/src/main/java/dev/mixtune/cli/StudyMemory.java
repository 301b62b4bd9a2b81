package dev.mixtune.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mixtune.engine.Plan;
import dev.mixtune.results.StudyReader;
import dev.mixtune.results.StudyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Small facts that a study remembers beside its evaluations. */
final class StudyMemory {
  static final String SENSITIVITY = "sensitivity";

  /** What the host's latency model was fitted to. */
  static final String TIMED_PLANS = "timedPlans";

  private static final String ARGUMENTS = "arguments";
  private static final String ELAPSED = "elapsedMillis";
  private static final String STARTED = "started";
  private static final String QUICK_ROUNDING = "quickRounding";
  private static final String TIMING = "timing";
  private static final String GIVEN_UP = "notToBeTimed";
  private static final String DESIGN = "designTimed";
  private static final String WARM_START = "warmStart";
  private static final String FLOAT_MILLIS = "floatMillis";
  private static final String TIMED_IN_COMPANY = "timedInCompany";
  private static final String PEAK_MEMORY = "peakMemory";
  private static final String IMPLEMENTATIONS = "implementations";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StudyStore store;

  StudyMemory(StudyStore store) {
    this.store = store;
  }

  /** Keeps the command line, the first time. */
  void rememberArguments(List<String> arguments) {
    if (store.document(ARGUMENTS).isEmpty()) {
      try {
        store.putDocument(ARGUMENTS, JSON.writeValueAsString(arguments));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("a list of texts is always JSON", e);
      }
    }
  }

  /** The command line that started the study. */
  List<String> arguments() {
    return arguments(store.document(ARGUMENTS));
  }

  /** The command line in a stored document. */
  static List<String> arguments(Optional<String> document) {
    try {
      return document.isEmpty()
          ? List.of()
          : JSON.readValue(document.get(), new TypeReference<List<String>>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the study's command line is damaged", e);
    }
  }

  /** The name of the document that holds the command line. */
  static String argumentsName() {
    return ARGUMENTS;
  }

  /**
   * Notes that a kernel signature is being timed in this process, which its kernels may kill.
   *
   * @return how often it was begun and not ended before: each time the process died, or was killed
   */
  int beginTiming(String signature) {
    String prefix = signature + " ";
    int before =
        store
            .document(TIMING)
            .map(StudyMemory::text)
            .filter(text -> text.startsWith(prefix))
            .map(text -> Integer.parseInt(text.substring(prefix.length())))
            .orElse(0);
    rememberTiming(prefix + (before + 1));
    return before;
  }

  /** Kernels that are not to be timed any more. */
  void giveUp(String signature) {
    List<String> all = new ArrayList<>(givenUp());
    all.add(signature);
    store.putDocument(GIVEN_UP, JSON.valueToTree(all).toString());
  }

  /** Whether they are given up. */
  boolean isGivenUp(String signature) {
    return givenUp().contains(signature);
  }

  private List<String> givenUp() {
    return store.document(GIVEN_UP).map(StudyMemory::texts).orElse(List.of());
  }

  private static List<String> texts(String json) {
    try {
      return List.of(JSON.readValue(json, String[].class));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("remembered texts are damaged", e);
    }
  }

  /** What was begun has ended, well or not. */
  void endTiming() {
    rememberTiming("");
  }

  private void rememberTiming(String text) {
    store.putDocument(TIMING, JSON.valueToTree(text).toString());
  }

  private static String text(String json) {
    try {
      return JSON.readValue(json, String.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a remembered text is damaged", e);
    }
  }

  /** The design of plans that the latency model is fitted to is timed as far as it will be. */
  void rememberDesign() {
    store.putDocument(DESIGN, "true");
  }

  /** Whether it is. */
  boolean isDesignTimed() {
    return store.document(DESIGN).isPresent();
  }

  /** How much of the study's rounding is fitted, because its budget is short. */
  void rememberRounding(RoundingDepth depth) {
    store.putDocument(QUICK_ROUNDING, JSON.valueToTree(depth.id()).toString());
  }

  /** How much of it is fitted. */
  RoundingDepth rounding() {
    return rounding(store.document(QUICK_ROUNDING));
  }

  /** How much of an older study's rounding is fitted. */
  static RoundingDepth rounding(StudyReader study) {
    return rounding(study.document(QUICK_ROUNDING));
  }

  /** The first studies knew two depths, and a document stood for the lesser one. */
  private static RoundingDepth rounding(Optional<String> document) {
    if (document.isEmpty()) {
      return RoundingDepth.FITTED;
    }
    return document.get().contains(RoundingDepth.RANGES.id())
        ? RoundingDepth.RANGES
        : RoundingDepth.QUICK;
  }

  /** Keeps when the study began, the first time. */
  void rememberStarted(Instant now) {
    if (store.document(STARTED).isEmpty()) {
      store.putDocument(STARTED, JSON.valueToTree(now.toString()).toString());
    }
  }

  /** When the study began, however often it was resumed since. */
  Optional<Instant> started() {
    return store.document(STARTED).map(text -> Instant.parse(text.replace("\"", "")));
  }

  /** Keeps the plans that the search begins with: the study they came from may change. */
  void rememberWarmStart(List<Plan> plans) {
    store.putDocument(
        WARM_START, JSON.valueToTree(plans.stream().map(Plan::key).toList()).toString());
  }

  /** The plans that the search begins with, once they are kept. */
  Optional<List<Plan>> warmStart() {
    Optional<String> kept = store.document(WARM_START);
    return kept.isEmpty()
        ? Optional.empty()
        : Optional.of(arguments(kept).stream().map(Plan::parse).toList());
  }

  /** What the study's menus were chosen by; compared once, so that they stay when it goes on. */
  Implementations implementations(Supplier<Implementations> compare) {
    Optional<String> kept = store.document(IMPLEMENTATIONS);
    if (kept.isPresent()) {
      return Implementations.read(kept.get());
    }
    Implementations compared = compare.get();
    store.putDocument(IMPLEMENTATIONS, compared.write());
    return compared;
  }

  /** What the menus of an older study were chosen by; empty where nothing was compared. */
  static Optional<Implementations> implementations(StudyReader study) {
    return study.document(IMPLEMENTATIONS).map(Implementations::read);
  }

  /** Keeps the peak memory of files, by their hash. */
  void rememberPeakMemory(Map<String, Long> peakBytes) {
    store.putDocument(PEAK_MEMORY, JSON.valueToTree(new TreeMap<>(peakBytes)).toString());
  }

  /** Peak memory of files that were measured before, by their hash. */
  Map<String, Long> peakMemory() {
    return map(PEAK_MEMORY, new TypeReference<Map<String, Long>>() {});
  }

  /** Keeps what {@link TimedInCompany} knows, by kernel signature. */
  void rememberTimedInCompany(Map<String, Double> quotients) {
    store.putDocument(TIMED_IN_COMPANY, JSON.valueToTree(quotients).toString());
  }

  /** What {@link TimedInCompany} knew. */
  Map<String, Double> timedInCompany() {
    return map(TIMED_IN_COMPANY, new TypeReference<Map<String, Double>>() {});
  }

  private <T> Map<String, T> map(String name, TypeReference<Map<String, T>> type) {
    try {
      Optional<String> kept = store.document(name);
      return kept.isEmpty() ? Map.of() : JSON.readValue(kept.get(), type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the study's " + name + " is damaged", e);
    }
  }

  /** Whether anything was scored so far. */
  boolean isAnythingScored() {
    return store.countRecorded() > 0 || store.document(SENSITIVITY).isPresent();
  }

  void rememberElapsed(Duration elapsed) {
    store.putDocument(ELAPSED, Long.toString(elapsed.toMillis()));
  }

  /** Time spent before this start. */
  Duration elapsed() {
    return Duration.ofMillis(store.document(ELAPSED).map(Long::parseLong).orElse(0L));
  }

  void rememberFloatMillis(double millis) {
    store.putDocument(FLOAT_MILLIS, Double.toString(millis));
  }

  /** The float model's time when the study began. */
  Optional<Double> floatMillis() {
    return store.document(FLOAT_MILLIS).map(Double::parseDouble);
  }
}
