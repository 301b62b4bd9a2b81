package dev.mixtune.engine.graph;

import dev.mixtune.engine.Layer;
import java.util.List;

/**
 * What there is in a model, whatever its size.
 *
 * @param file file name of the model
 * @param fileBytes size of the model file and its external data
 * @param opset the version of ONNX's own operator set, at least 11: older ones are raised
 * @param layers quantizable layers in execution order; possibly none
 * @param untouched nodes that one would expect among the layers and that stay as they are
 * @param openAxes axes of the inputs without a length, the batch aside
 */
public record ModelFacts(
    String file,
    long fileBytes,
    long opset,
    List<Layer> layers,
    List<Untouched> untouched,
    List<OpenAxis> openAxes) {

  public ModelFacts {
    layers = List.copyOf(layers);
    untouched = List.copyOf(untouched);
    openAxes = List.copyOf(openAxes);
  }

  /** Whether the model is larger than what {@link NetworkReader#read} imports. */
  public boolean isTooLargeToRead() {
    return fileBytes > ModelFile.LARGEST_BYTES;
  }
}
