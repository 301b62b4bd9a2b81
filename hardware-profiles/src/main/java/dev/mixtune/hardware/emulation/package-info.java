/**
 * Arm without an Arm device: ONNX Runtime's aarch64 kernels run under QEMU's user-mode emulation, a
 * plugin counts what they execute, and the counts become a profile.
 */
package dev.mixtune.hardware.emulation;
