/**
 * What accuracy means: task files, data, metrics, paired scores, sensitivities, the certificate.
 *
 * <p>The way through: {@link dev.mixtune.evaluators.TaskFile} reads a {@link
 * dev.mixtune.evaluators.Task}; {@link dev.mixtune.evaluators.TaskData} opens its samples and draws
 * the splits; {@link dev.mixtune.evaluators.AccuracyEvaluator} scores deployable models on them;
 * {@link dev.mixtune.evaluators.SensitivityAnalyser} and {@link dev.mixtune.evaluators.Certificate}
 * build on its scores.
 */
package dev.mixtune.evaluators;
