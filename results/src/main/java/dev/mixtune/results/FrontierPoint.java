package dev.mixtune.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.search.Rounding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One plan with everything that was found out about it. Lists run over the layers.
 *
 * @param id the point's short name
 * @param bits nominal weight bits: 2, 4, 8, 16, or 32 for a layer left as in the model
 * @param schemes scheme names, such as {@code w4a8}
 * @param kernels names of the kernels that run the layers
 * @param search score on the search split
 * @param holdout score on the holdout, where the plan was tested on it
 * @param latencyMs milliseconds of one inference at the deployment batch
 * @param latencyRatio against the float model on the same target, batch and threads
 * @param latencyRelativeError half width of the ratio's interval as a fraction of the ratio
 * @param predictedLatencyMs what the latency model says of the plan without having timed it, where
 *     there is one
 * @param latencyBasis where the latency comes from
 * @param sizeBytes bytes of the exported file, external data included
 * @param sizeRatio against the file named in the task
 * @param averageBits 8 x stored bytes of the weights, scales, zero points and tables, by the number
 *     of weights
 * @param uniform the width of a uniform plan: every layer at it, or at its next wider width where
 *     the layer has none; null for any other plan, and for one with rounded weights of its own
 * @param chosen whether this is the plan that was chosen
 * @param rounding whose rounded weights its file holds: the library's or the plan's own
 * @param modelledShare share of its time that is modelled and not measured, 0..1; null in files of
 *     versions that did not say
 * @param energy modelled; null where energy is no objective
 * @param peakMemoryBytes most resident memory, see {@link Frontier.MemoryFacts}; null where it was
 *     not measured on the target
 */
public record FrontierPoint(
    String id,
    List<Integer> bits,
    List<String> schemes,
    List<String> kernels,
    Score search,
    @Nullable Score holdout,
    double latencyMs,
    double latencyRatio,
    double latencyRelativeError,
    @Nullable Double predictedLatencyMs,
    Basis latencyBasis,
    long sizeBytes,
    double sizeRatio,
    double averageBits,
    @Nullable Integer uniform,
    boolean chosen,
    Rounding rounding,
    @Nullable Double modelledShare,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable EnergyFacts energy,
    @Nullable Long peakMemoryBytes) {

  public FrontierPoint {
    bits = List.copyOf(bits);
    schemes = List.copyOf(schemes);
    kernels = List.copyOf(kernels);
    if (id.isEmpty()
        || bits.isEmpty()
        || bits.size() != schemes.size()
        || bits.size() != kernels.size()) {
      throw new IllegalArgumentException(
          "point '"
              + id
              + "': "
              + bits.size()
              + " bits, "
              + schemes.size()
              + " schemes, "
              + kernels.size()
              + " kernels");
    }
    Numbers.requirePositive("latencyMs", latencyMs);
    Numbers.requirePositive("latencyRatio", latencyRatio);
    Numbers.requireFinite("latencyRelativeError", latencyRelativeError);
    Numbers.requirePositive("sizeBytes", sizeBytes);
    Numbers.requirePositive("sizeRatio", sizeRatio);
    Numbers.requireFinite("averageBits", averageBits);
    if (predictedLatencyMs != null) {
      Numbers.requireFinite("predictedLatencyMs", predictedLatencyMs);
    }
    if (modelledShare != null) {
      Numbers.requireFinite("modelledShare", modelledShare);
    }
    if (peakMemoryBytes != null) {
      Numbers.requirePositive("peakMemoryBytes", peakMemoryBytes);
    }
  }

  /**
   * Energy of one inference, never measured.
   *
   * @param millijoules at the deployment batch
   * @param ratio against the float model
   * @param basis where it comes from
   */
  public record EnergyFacts(double millijoules, double ratio, Basis basis) {
    public EnergyFacts {
      Numbers.requirePositive("millijoules", millijoules);
      Numbers.requirePositive("ratio", ratio);
    }
  }

  /** The same point with what its memory came to. */
  public FrontierPoint withPeakMemory(@Nullable Long bytes) {
    return new FrontierPoint(
        id,
        bits,
        schemes,
        kernels,
        search,
        holdout,
        latencyMs,
        latencyRatio,
        latencyRelativeError,
        predictedLatencyMs,
        latencyBasis,
        sizeBytes,
        sizeRatio,
        averageBits,
        uniform,
        chosen,
        rounding,
        modelledShare,
        energy,
        bytes);
  }

  /**
   * The plan as a value.
   *
   * @throws IllegalArgumentException when this version does not know one of the schemes
   */
  public Plan plan() {
    return new Plan(schemes.stream().map(Scheme::ofId).toList());
  }
}
