/**
 * The program that trains the bundled example network and writes it as ONNX, with the arrays that
 * its task file names.
 *
 * <p>It is the only part of the project that needs DJL's PyTorch engine, and nothing depends on it.
 */
@NullMarked
package dev.mixtune.training;

import org.jspecify.annotations.NullMarked;
