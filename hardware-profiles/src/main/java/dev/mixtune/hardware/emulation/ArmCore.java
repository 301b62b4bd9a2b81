package dev.mixtune.hardware.emulation;

import dev.mixtune.hardware.Fact;
import dev.mixtune.hardware.Fact.Status;
import dev.mixtune.hardware.Pipeline;

/**
 * Facts about the cores that run the counted kernels.
 *
 * @param description the core and its instruction set
 * @param pipeline what it can do
 * @param inOrder whether an instruction that waits holds up those behind it
 */
record ArmCore(String description, Pipeline pipeline, boolean inOrder) {
  static final ArmCore X3 =
      of(
          "Cortex-X3 (cpu 8 of Tensor G3), NEON with dotprod and i8mm",
          published(2.914e9, "max_khz of cpu 8 in UM6P-CC-MLab/hybrid-cpu-power-model@40febeef"),
          modelled(
              6, "IssueWidth in LLVM AArch64SchedNeoverseV2.td, Neoverse V2 taken as its relative"),
          modelled(4, "V2UnitV, four 128-bit pipes: LLVM AArch64SchedNeoverseV2.td"),
          modelled(3, "V2UnitL, three load pipes: LLVM AArch64SchedNeoverseV2.td"),
          assumed(
              11.475e9,
              "2.5 GB of weights x 4.59 tokens/s, read by four threads of a Pixel 8a in one run"
                  + " (colymba/flutter_onnxruntime_genai@1012df0b), taken as what one core reaches"),
          assumed(524288, "512 KiB or 1 MiB of L2 are possible; the smaller is taken"),
          assumed(46.624e9, "16 bytes per cycle; no citable figure"));
  static final ArmCore A715 =
      of(
          "Cortex-A715 (cpus 4 to 7 of Tensor G3), NEON with dotprod and i8mm",
          published(2.367e9, "max_khz of cpu 4 in UM6P-CC-MLab/hybrid-cpu-power-model@40febeef"),
          modelled(5, "five instructions decoded per cycle, as WikiChip says; unconfirmed"),
          modelled(
              2,
              "two 128-bit pipes, consistent with an A720 at 14.1 half precision MACs per cycle"),
          modelled(3, "three load pipes, as in Cortex-A710; unconfirmed"),
          assumed(11.475e9, "as for the Cortex-X3 of the same chip"),
          assumed(262144, "256 or 512 KiB of L2 are possible; the smaller is taken"),
          assumed(37.872e9, "16 bytes per cycle; no citable figure"));
  static final ArmCore A510 =
      of(
              "Cortex-A510 (cpus 0 to 3 of Tensor G3), NEON with dotprod and i8mm, in order",
              published(
                  1.704e9, "max_khz of cpu 0 in UM6P-CC-MLab/hybrid-cpu-power-model@40febeef"),
              modelled(
                  3,
                  "IssueWidth in LLVM AArch64SchedA510.td, where it 'dual-issues under most"
                      + " circumstances': the share of the peak is for that"),
              assumed(
                  2,
                  "two vector pipes in LLVM AArch64SchedA510.td; 128 bits wide is assumed, 64 are"
                      + " possible (WikiChip), and a neighbour that computes too may share them"),
              modelled(2, "two load pipes in LLVM AArch64SchedA510.td"),
              assumed(5.7e9, "half of what is assumed for the Cortex-X3 of the same chip"),
              assumed(131072, "128 KiB of L2; none to 512 KiB are possible; no citable figure"),
              assumed(13.632e9, "8 bytes per cycle; no citable figure"))
          .executingInOrder();
  static final ArmCore A76 =
      of(
          "Cortex-A76 of BCM2712, NEON with dotprod, without i8mm",
          published(2.4e9, "Raspberry Pi 5 product brief"),
          modelled(
              4, "four instructions decoded per cycle: Cortex-A76 Software Optimization Guide"),
          modelled(2, "two 128-bit pipes: Cortex-A76 Software Optimization Guide"),
          modelled(2, "two load/store pipes: Cortex-A76 Software Optimization Guide"),
          modelled(
              8.1e9,
              "Llama-2-7B with 4-bit weights, 6.7e9 x half a byte, at 2.42 tokens/s on one thread"
                  + " (microsoft/T-MAC@7042f8f7, docs/profiling_data.md)"),
          published(524288, "512 KiB of L2 per core: Raspberry Pi 5 product brief"),
          assumed(38.4e9, "16 bytes per cycle; no citable figure"));

  /** No core in particular: a stand-in for the middle of what boards and phones have. */
  static final ArmCore GENERIC =
      of(
          "Any out-of-order Arm core with NEON and dot products (ARMv8.2 dotprod) and two 128-bit"
              + " vector pipes, such as Cortex-A76 to A78; slower than a big phone core, faster than"
              + " an in-order one",
          assumed(
              2e9,
              "Between the 1.7 GHz of small cores and the 2.4 GHz of a Raspberry Pi 5; a stand-in,"
                  + " not a device"),
          modelled(4, "four instructions decoded per cycle, as in Cortex-A76"),
          modelled(2, "two 128-bit pipes, as in Cortex-A76"),
          modelled(2, "two load/store pipes, as in Cortex-A76"),
          assumed(
              8e9, "what one core reaches on boards and phones with LPDDR4X; no citable figure"),
          assumed(262144, "256 KiB of L2, the small configuration of these cores"),
          assumed(32e9, "16 bytes per cycle at 2 GHz; no citable figure"));

  private static ArmCore of(
      String description,
      Fact clockHz,
      Fact instructions,
      Fact vectors,
      Fact loads,
      Fact memory,
      Fact cache,
      Fact cacheRate) {
    return new ArmCore(
        description,
        new Pipeline(clockHz, instructions, vectors, loads, memory, cache, cacheRate),
        /* inOrder= */ false);
  }

  private ArmCore executingInOrder() {
    return new ArmCore(description, pipeline, /* inOrder= */ true);
  }

  /**
   * Several cores of this kind at another clock, as one core that is as many times as fast; memory
   * stays as it is.
   */
  Pipeline pipeline(int threads, double clockHz) {
    double clock = pipeline.clockHz().value();
    return new Pipeline(
        modelled(clockHz * threads, "as one core"),
        pipeline.instructionsPerCycle(),
        pipeline.multipliesPerCycle(),
        pipeline.loadsPerCycle(),
        pipeline.memoryBytesPerSecond(),
        modelled(pipeline.cacheBytes().value() * threads, "all cores"),
        modelled(pipeline.cacheBytesPerSecond().value() * threads * clockHz / clock, "all cores"));
  }

  private static Fact published(double value, String source) {
    return new Fact(value, Status.PUBLISHED, source);
  }

  private static Fact modelled(double value, String source) {
    return new Fact(value, Status.MODELLED, source);
  }

  private static Fact assumed(double value, String source) {
    return new Fact(value, Status.ASSUMED, source);
  }
}
