package dev.mixtune.evaluators;

import dev.mixtune.engine.Tensor;
import java.util.List;
import java.util.Map;

/**
 * What a model is fed for some samples: one run for all of them, or several runs that together make
 * the answer to one sample.
 *
 * @param runs tensors by input name, at least one
 */
record Feed(List<Map<String, Tensor>> runs) {
  Feed {
    runs = List.copyOf(runs);
  }
}
