package dev.mixtune.hardware.emulation;

import dev.mixtune.hardware.Fact;
import dev.mixtune.hardware.PowerTerms;

/** Energy per operation from the one table that covers arithmetic, instructions and memory. */
final class PublishedPower {
  private static final String SOURCE =
      "M. Horowitz, Computing's energy problem, ISSCC 2014, doi:10.1109/ISSCC.2014.6757323: 45 nm"
          + " at 0.9 V, not this device's process; ";

  private PublishedPower() {}

  /** The terms of that table, the same for every core. */
  static PowerTerms terms() {
    return new PowerTerms(
        modelled(4.6, "a 32-bit float product 3.7 pJ and sum 0.9 pJ"),
        modelled(0.3, "an 8-bit product 0.2 pJ and a 32-bit sum 0.1 pJ"),
        modelled(70, "one instruction of a simple core, all that is not the operation"),
        modelled(162.5, "1.3 nJ for 64 bits of DRAM, the lower end of 1.3 to 2.6"),
        modelled(12.5, "100 pJ for 64 bits of a cache of 1 MB"));
  }

  private static Fact modelled(double picojoules, String what) {
    return new Fact(picojoules, Fact.Status.MODELLED, SOURCE + what);
  }
}
