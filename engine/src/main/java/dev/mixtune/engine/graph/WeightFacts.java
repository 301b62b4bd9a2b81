package dev.mixtune.engine.graph;

import dev.mixtune.engine.Layer;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What rounding would do to one layer's weights, known without the weights in memory.
 *
 * @param layer the layer
 * @param storedBytes what its weights take in the files now
 * @param bytes what its weights and their scales, one per output channel, take in a file, by width:
 *     16, 8, 4 and 2 bits
 * @param errors root mean square of the error of plainly rounded weights, by that of the weights,
 *     at 8, 4 and 2 bits; scales cover each channel's largest weight
 */
public record WeightFacts(
    Layer layer, long storedBytes, Map<Integer, Long> bytes, Map<Integer, Double> errors) {

  public WeightFacts {
    bytes = Collections.unmodifiableMap(new TreeMap<>(bytes));
    errors = Collections.unmodifiableMap(new TreeMap<>(errors));
  }
}
