package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import dev.mixtune.evaluators.Curvature;
import dev.mixtune.evaluators.DamageAnalyser;
import dev.mixtune.evaluators.FisherDamage;
import dev.mixtune.evaluators.HessianDamage;
import dev.mixtune.evaluators.KlDamage;
import dev.mixtune.evaluators.Sensitivity;
import dev.mixtune.evaluators.SqnrDamage;
import dev.mixtune.evaluators.WeightErrors;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The list of sensitivity analysers. A new one is added here and nowhere else. */
enum SensitivityMethod {
  KL(/* needsGradients= */ false),
  SQNR(/* needsGradients= */ false),
  FISHER(/* needsGradients= */ true),
  HESSIAN(/* needsGradients= */ true);

  /** Samples whose gradients are computed. */
  static final int SAMPLES = 256;

  private final boolean needsGradients;

  SensitivityMethod(boolean needsGradients) {
    this.needsGradients = needsGradients;
  }

  /** As typed. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether the module training is needed. */
  boolean needsGradients() {
    return needsGradients;
  }

  static SensitivityMethod parse(String text) {
    return Arrays.stream(values())
        .filter(method -> method.id().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new UserException(
                    "--sensitivity '" + text + "' is unknown",
                    "Choose among "
                        + Arrays.stream(values())
                            .map(SensitivityMethod::id)
                            .collect(Collectors.joining(", "))
                        + "."));
  }

  /**
   * What the options ask for. Gradients are computed here and now, so that what has none is refused
   * before any other work.
   *
   * @return asked once the weights are rounded
   */
  static Function<Sensitivity, DamageAnalyser> damages(
      RunOptions options, Workbench bench, Surroundings around) {
    SensitivityMethod method = options.sensitivityMethod();
    WeightErrors errors = new RoundingErrors(bench);
    return switch (method) {
      case KL -> KlDamage::new;
      case SQNR -> SqnrDamage::new;
      case FISHER -> {
        Curvature curvature = new GradientProcess(around, options).curvature(method, SAMPLES);
        yield measured -> new FisherDamage(curvature, errors);
      }
      case HESSIAN -> {
        Curvature curvature = new GradientProcess(around, options).curvature(method, SAMPLES);
        yield measured -> new HessianDamage(curvature, errors);
      }
    };
  }
}
