package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.Session;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The inputs that a text model has, of {@code input_ids}, {@code attention_mask} and {@code
 * token_type_ids}.
 *
 * @param names those that exist
 * @param length tokens that every text must have; -1 where any number will do
 */
record TextPorts(Set<String> names, int length) {
  static final String IDS = "input_ids";
  static final String MASK = "attention_mask";
  static final String TYPES = "token_type_ids";

  TextPorts {
    names = Set.copyOf(names);
  }

  /**
   * @throws UserException when the model is none that reads texts one by one, or its outputs do not
   *     suit the pooling
   */
  static TextPorts of(Session model, Pooling pooling) {
    List<Session.Port> ports = model.inputs();
    Set<String> names = new TreeSet<>();
    long length = -1;
    for (Session.Port port : ports) {
      names.add(port.name());
      if (!Set.of(IDS, MASK, TYPES).contains(port.name())) {
        throw unsuited("'" + port.name() + "', which text does not give");
      }
      if (!PortTypes.isInteger(port) || port.shape().size() != 2) {
        throw unsuited("'" + port.name() + "' as " + port.type() + " of shape " + port.shape());
      }
      if (port.shape().get(0) > 1) {
        throw new UserException(
            "the model's batch is fixed at " + port.shape().get(0) + ", and texts come one by one",
            "Export the model with an open batch axis");
      }
      length = Math.max(length, port.shape().get(1));
    }
    if (!names.contains(IDS)) {
      throw unsuited(names + " and no 'input_ids'");
    }
    requireOutput(model.outputs(), pooling);
    return new TextPorts(names, Math.toIntExact(length));
  }

  private static UserException unsuited(String what) {
    return new UserException(
        "the model wants the input " + what,
        "Text feeds input_ids, attention_mask and token_type_ids, int64 or int32 of shape [texts, tokens]");
  }

  private static void requireOutput(List<Session.Port> outputs, Pooling pooling) {
    boolean there =
        outputs.stream()
            .anyMatch(port -> PortTypes.isReal(port) && port.shape().size() == pooling.axes());
    if (!there) {
      throw new UserException(
          "inputs[0].pooling is '"
              + pooling.id()
              + "', and no float output of the model has "
              + pooling.axes()
              + " axes: "
              + outputs.stream().map(port -> port.name() + " " + port.shape()).toList(),
          pooling == Pooling.NONE
              ? "Outputs for each token need 'pooling: mean' or 'pooling: cls'"
              : "A row for each text needs 'pooling: none'");
    }
  }
}
