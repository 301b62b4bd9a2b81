/**
 * ONNX graphs as differentiable programs on DJL's NDArrays: one class for each operator or family
 * of operators, listed in {@link dev.mixtune.training.program.Operators}.
 *
 * <p>Native memory is manual: whoever runs a program does so inside an {@link
 * ai.djl.ndarray.NDScope}, which frees whatever the run made.
 */
@NullMarked
package dev.mixtune.training.program;

import org.jspecify.annotations.NullMarked;
