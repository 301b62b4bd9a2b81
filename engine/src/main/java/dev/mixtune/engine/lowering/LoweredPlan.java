package dev.mixtune.engine.lowering;

import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.Plan;
import java.util.List;

/**
 * A plan as a deployable model.
 *
 * @param plan the plan
 * @param model serialized ONNX; what is scored is what ships
 * @param kernelSignature equal for plans that run the same kernels and so take the same time
 * @param kernels what runs, in execution order
 * @param storedWeightBytes bytes of the layers' weights, scales, zero points and tables; what tied
 *     layers share counts once
 * @param storedWeightBits the same in bits, by the number of weights, tied weights counted once
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes of one model, never changed
public record LoweredPlan(
    Plan plan,
    byte[] model,
    String kernelSignature,
    List<KernelUse> kernels,
    long storedWeightBytes,
    double storedWeightBits) {

  public LoweredPlan {
    kernels = List.copyOf(kernels);
  }
}
