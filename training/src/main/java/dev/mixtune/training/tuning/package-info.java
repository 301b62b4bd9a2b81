/**
 * Fine-tuning of a plan: its fake-quantized program learns from the float network, and ends as the
 * same deployable file.
 */
@NullMarked
package dev.mixtune.training.tuning;

import org.jspecify.annotations.NullMarked;
