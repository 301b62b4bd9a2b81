package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Opens arrays and pictures against the inputs of a model. */
final class Sources implements SourceOpener {
  private final Map<String, InputSpec> specs = new LinkedHashMap<>();

  /** The same with the lengths of the deployment: pictures are cut to them. */
  private final Map<String, InputSpec> pictures = new LinkedHashMap<>();

  private final List<Task.Input> inputs = new ArrayList<>();

  /**
   * @throws UserException when the task's inputs are not those of the model
   */
  Sources(Task task, List<Session.Port> ports) {
    for (Task.Input input : task.inputs()) {
      Session.Port port = port(input, ports);
      InputSpec spec = InputSpec.of(port, input.layout());
      if (specs.put(port.name(), spec) != null) {
        throw new UserException(
            "inputs: '" + port.name() + "' is given twice", "Name each input of the model once");
      }
      pictures.put(port.name(), spec.deployed(port.axes(), task.latency().axes()));
      inputs.add(input);
    }
    for (Session.Port port : ports) {
      if (!specs.containsKey(port.name())) {
        throw new UserException(
            "the model also wants the input '" + port.name() + "' of shape " + port.shape(),
            "Add it to inputs in the task file");
      }
    }
  }

  private static Session.Port port(Task.Input input, List<Session.Port> ports) {
    List<String> names = ports.stream().map(Session.Port::name).toList();
    if (input.name() == null) {
      if (ports.size() == 1) {
        return ports.get(0);
      }
      throw new UserException(
          "inputs[0].name is missing, and the model has the inputs " + names,
          "Give each entry of inputs the name of its input, in a task file");
    }
    String name = input.name();
    return ports.stream()
        .filter(port -> port.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UserException(
                    "inputs: the model has no input '" + name + "'",
                    Suggestion.among(name, names)));
  }

  /** One source, with the labels that it carries, if any. */
  record Source(Samples samples, @Nullable Labels labels) {}

  @Override
  public Opened evaluation() {
    return open(null, null);
  }

  @Override
  public Opened other(Path source, @Nullable Path labels, String field) {
    if (inputs.size() > 1) {
      throw new UserException(
          field + " names one source, and the task has " + inputs.size() + " inputs",
          "Leave it out: it works for models with one input");
    }
    return open(source, field);
  }

  private Opened open(@Nullable Path replacement, @Nullable String replacementField) {
    Map<String, Samples> byName = new LinkedHashMap<>();
    Labels labels = null;
    try {
      List<String> names = new ArrayList<>(specs.keySet());
      for (int i = 0; i < names.size(); i++) {
        Task.Input input = inputs.get(i);
        String name = names.get(i);
        InputSpec spec = specs.get(name);
        String field = replacementField == null ? "inputs[" + i + "].source" : replacementField;
        Path path = replacement == null ? input.source() : replacement;
        if (spec == null) {
          throw new IllegalStateException("no spec for input " + name);
        }
        Source source =
            Files.isDirectory(path)
                ? pictures(path, pictures.getOrDefault(name, spec), input.scaling(), field)
                : array(path, spec, input.scaling(), field);
        byName.put(name, source.samples());
        labels = i == 0 ? source.labels() : labels;
      }
    } catch (UserException e) {
      byName.values().forEach(Samples::close);
      throw e;
    }
    return new Opened(ModelInputs.of(byName), labels);
  }

  private static Source pictures(Path path, InputSpec spec, Scaling scaling, String field) {
    ImageFolder folder = ImageFolder.list(path, field);
    Samples samples = ImageSamples.open(folder.files(), spec, scaling, field + " " + path);
    return new Source(samples, folder.labels());
  }

  private static Source array(Path path, InputSpec spec, Scaling scaling, String field) {
    if (!NpyFile.isArray(path)) {
      throw new UserException(
          field + " is " + path + ", of a kind that is not read",
          "Name a .npy or .npy.gz file, or a folder of pictures");
    }
    NpyFile file = NpyFile.open(path, field);
    if (spec.integers()) {
      return new Source(IdSamples.open(file, spec, scaling, field + " " + path), null);
    }
    return new Source(ArraySamples.open(file, spec, scaling, field + " " + path), null);
  }
}
