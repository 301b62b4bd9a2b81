package dev.mixtune.training.tuning;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.lowering.LoweredPlan;
import dev.mixtune.evaluators.SampleSet;
import dev.mixtune.results.AtomicFile;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;

/** What a training came to: the model and, once that is there, its report. */
record TuningReport(FinetuneOptions options, Plan plan, SampleSet samples, FineTuning training) {

  void write(TrainablePlan student, PairedScore before, PairedScore after, PrintStream out) {
    LoweredPlan lowered = student.lowered();
    Path file = options.out().resolve("finetuned.onnx");
    AtomicFile.write(file, lowered.model());
    TuningSettings settings = options.settings();
    ObjectNode report = new ObjectMapper().createObjectNode();
    report.put("plan", plan.key());
    report.put("trainingSamples", samples.size());
    report.put("labelShare", samples.isLabelled() ? settings.labelShare() : 0);
    report.put("epochs", training.epochsDone());
    report.put("epochsAsked", settings.epochs());
    report.put("bestEpoch", training.bestEpoch());
    report.put("learningRate", settings.rate());
    report.put("seed", settings.seed());
    report.put("sizeBytes", lowered.model().length);
    report.put("storedWeightBytes", lowered.storedWeightBytes());
    report.put("storedWeightBits", lowered.storedWeightBits());
    report.put("scored", options.scoresAll() ? "all" : "search");
    report.put("float", after.reference());
    report.put("samples", after.samples());
    report.put("rounded", before.score());
    report.put("finetuned", after.score());
    report.put("drop", after.drop());
    report.putArray("dropInterval").add(after.dropLow()).add(after.dropHigh());
    AtomicFile.write(options.out().resolve("finetune.json"), report.toPrettyString() + "\n");
    out.println(String.format(Locale.ROOT, "%s: %,d bytes", file, lowered.model().length));
  }
}
