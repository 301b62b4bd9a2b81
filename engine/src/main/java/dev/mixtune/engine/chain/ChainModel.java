package dev.mixtune.engine.chain;

import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.Tensor;
import java.util.List;
import java.util.Map;

/**
 * A chain with a scheme for each layer, ready to be run.
 *
 * @param model serialized ONNX
 * @param kernels what it runs, as for any lowered plan
 * @param inputs one random input
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes of one model, never changed
public record ChainModel(byte[] model, List<KernelUse> kernels, Map<String, Tensor> inputs) {
  public ChainModel {
    kernels = List.copyOf(kernels);
    inputs = Map.copyOf(inputs);
  }
}
