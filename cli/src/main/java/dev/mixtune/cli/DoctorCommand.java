package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.graph.MappedModel;
import dev.mixtune.engine.graph.ModelFacts;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.lowering.KernelSurvey;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.evaluators.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * {@code tune doctor}: what a study would find, before a night is spent: layers, what stays float,
 * kernels, data and what they can certify, time. Nothing is rounded, searched or written.
 */
final class DoctorCommand {
  /** Ranges need not be good here: kernels do not depend on them. */
  private static final int CALIBRATED_SAMPLES = 16;

  private static final String LINE = System.lineSeparator();

  private final Surroundings around;

  DoctorCommand(Surroundings around) {
    this.around = around;
  }

  int run(RunOptions options) {
    options.checkAllButTheLimit();
    Task task = Workbench.task(options, around);
    if (MappedModel.isNeededFor(task.model())) {
      say(tooLarge(task));
      return ExitCodes.DONE;
    }
    try (Workbench bench = Workbench.open(options, around)) {
      DoctorNetwork network = new DoctorNetwork(bench.network());
      say(network.layers());
      say(network.untouched());
      Calibration glance = bench.calibration(options.workerCount(), CALIBRATED_SAMPLES);
      RoundingLibrary library =
          new RoundingLibrary(
              bench.network(), RoundingMethods.named(RoundingMethods.all().get(0).name()));
      PlanLowering lowering = new PlanLowering(bench.network(), glance, library);
      KernelSurvey survey =
          KernelSurvey.of(
              bench.runtime(), bench.network(), glance, library, layer -> allowed(bench, layer));
      DoctorKernels kernels = new DoctorKernels(bench, survey);
      say(kernels.kernels());
      say(implementations(bench, options, glance));
      say(kernels.leftInFloat());
      say(kernels.runtimes());
      DoctorData data = new DoctorData(bench, options);
      say(data.samples());
      DoctorTime time = DoctorTime.measure(bench, options, lowering, survey);
      say(time.lines(bench, options.workerCount(), survey));
      say(data.resolution(time.eightBits()));
      return ExitCodes.DONE;
    }
  }

  /** What there is in a model that is too large to be searched. */
  private List<String> tooLarge(Task task) {
    NetworkReader reader = new NetworkReader(OrtRuntime.start(around.cache()));
    ModelFacts facts = reader.facts(task.model(), task.latency().axes());
    DoctorNetwork network = new DoctorNetwork(facts);
    List<String> lines = new ArrayList<>(network.layers());
    lines.addAll(network.untouched());
    lines.add("");
    lines.addAll(DoctorWeights.lines(facts, reader.weights(task.model(), task.latency().axes())));
    lines.add("");
    lines.add(
        "The model is larger than 1 GiB: it is not searched. ./tune analyze measures what each"
            + " width of each layer's weights does to its answers.");
    return lines;
  }

  /** Of layers with several implementations of one width, as a study would compare them. */
  private List<String> implementations(Workbench bench, RunOptions options, Calibration glance) {
    PlanLowering plain = Preparation.plain(bench.network(), glance);
    MenuBuilder menus = new MenuBuilder(bench, options, () -> plain);
    Implementations compared =
        new Autotuning(
                bench,
                bench.network(),
                menus::all,
                part -> Preparation.plain(part, glance),
                Autotuning.times(bench, around))
            .compare();
    return ImplementationTable.of(compared, bench.network().layers(), bench.target().name())
        .lines()
        .toList();
  }

  private static Set<Scheme> allowed(Workbench bench, Layer layer) {
    return bench.target().supports(layer.kind());
  }

  private void say(List<String> lines) {
    if (!lines.isEmpty()) {
      around.out().println(String.join(LINE, lines).stripTrailing());
      around.out().println();
    }
  }
}
