package dev.mixtune.evaluators;

import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the model wants at one input.
 *
 * @param name the model's input name
 * @param shape with the batch axis; unknown axes are -1
 * @param integers whether it is int64 or int32, such as token ids; else it is float32 or float16
 * @param layout for float inputs with four axes, else null
 */
record InputSpec(String name, List<Long> shape, boolean integers, @Nullable Layout layout) {
  private static final List<Long> PICTURE_CHANNELS = List.of(1L, 3L);

  InputSpec {
    shape = List.copyOf(shape);
    if (shape.isEmpty() || (layout != null) != (shape.size() == 4 && !integers)) {
      throw new IllegalArgumentException("input '" + name + "' " + shape + " " + layout);
    }
  }

  /**
   * @param layout as the task says, or null to read it off the shape
   * @throws UserException when the model's input holds neither floats nor integers, or has no batch
   *     axis
   */
  static InputSpec of(Session.Port port, @Nullable Layout layout) {
    boolean integers = PortTypes.isInteger(port);
    if ((!PortTypes.isReal(port) && !integers) || port.shape().isEmpty()) {
      throw new UserException(
          "the model's input '" + port.name() + "' is " + port.type() + " of shape " + port.shape(),
          "Supported are float32, float16, int64 and int32 inputs whose first axis is the batch");
    }
    if (port.shape().size() != 4 || integers) {
      if (layout != null) {
        throw new UserException(
            "layout "
                + layout
                + " does not fit the model's input '"
                + port.name()
                + "' of shape "
                + port.shape(),
            "A layout is for float inputs with four axes: leave it out");
      }
      return new InputSpec(port.name(), port.shape(), integers, null);
    }
    return new InputSpec(
        port.name(),
        port.shape(),
        /* integers= */ false,
        layout == null ? likelyLayout(port.shape()) : layout);
  }

  private static Layout likelyLayout(List<Long> shape) {
    boolean last = PICTURE_CHANNELS.contains(shape.get(3));
    boolean first = PICTURE_CHANNELS.contains(shape.get(1));
    return last && !first ? Layout.NHWC : Layout.NCHW;
  }

  /**
   * This input with the lengths that the task sets for open axes. An axis without a name is called
   * by its input and position, such as {@code x.2}.
   *
   * @param names of the axes as the model calls them; may be empty
   * @param lengths by the axis' name
   */
  InputSpec deployed(List<String> names, Map<String, Long> lengths) {
    List<Long> axes = new ArrayList<>(shape);
    for (int i = 1; i < axes.size(); i++) {
      String given = i < names.size() ? names.get(i) : "";
      String axis = given.isEmpty() || given.equals("?") ? name + "." + i : given;
      if (axes.get(i) < 0) {
        axes.set(i, lengths.getOrDefault(axis, -1L));
      }
    }
    return new InputSpec(name, axes, integers, layout);
  }

  boolean isPicture() {
    return layout != null;
  }

  long channels() {
    return shape.get(layout == Layout.NCHW ? 1 : 3);
  }

  long height() {
    return shape.get(layout == Layout.NCHW ? 2 : 1);
  }

  long width() {
    return shape.get(layout == Layout.NCHW ? 3 : 2);
  }

  /** Whether a sample of this shape, batch axis left out, can be fed as it is. */
  boolean accepts(List<Long> sample) {
    if (sample.size() != shape.size() - 1) {
      return false;
    }
    for (int i = 0; i < sample.size(); i++) {
      if (shape.get(i + 1) >= 0 && !shape.get(i + 1).equals(sample.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** A picture's sample shape in the model's layout. */
  List<Long> sampleShape(long height, long width, long channels) {
    return layout == Layout.NCHW
        ? List.of(channels, height, width)
        : List.of(height, width, channels);
  }

  /** For messages: {@code 'input' wants 3x32x32 (NCHW)}. */
  String wants() {
    return "the model's input '"
        + name
        + "' wants "
        + times(shape.subList(1, shape.size()))
        + (layout == null ? "" : " (" + layout + ")");
  }

  /** For messages: axes joined by x, unknown ones as ?. */
  static String times(List<Long> axes) {
    return axes.stream().map(a -> a < 0 ? "?" : a.toString()).collect(Collectors.joining("x"));
  }
}
