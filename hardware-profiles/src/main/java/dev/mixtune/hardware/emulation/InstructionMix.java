package dev.mixtune.hardware.emulation;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Executed AArch64 instructions by kind, as instruction-mix.c tells them apart.
 *
 * @param all instructions of any kind
 * @param dot SDOT, UDOT, USDOT, SUDOT: 16 products of bytes each
 * @param matrix SMMLA, UMMLA, USMMLA: 32 products of bytes each
 * @param fmla FMLA and FMLS on vectors of floats: 4 products each
 * @param fmlaHalf FMLA and FMLS on vectors of half floats: 8 products each
 * @param widening SMLAL, SMULL and their kin
 * @param vectorLoads loads into vector registers
 * @param vectorStores stores from vector registers
 * @param scalarLoads other loads
 * @param scalarStores other stores
 * @param vectorOther other instructions on vector registers
 */
record InstructionMix(
    double all,
    double dot,
    double matrix,
    double fmla,
    double fmlaHalf,
    double widening,
    double vectorLoads,
    double vectorStores,
    double scalarLoads,
    double scalarStores,
    double vectorOther) {

  static final List<String> KINDS =
      List.of(
          "all",
          "dot",
          "matrix",
          "fmla",
          "fmla_half",
          "widening",
          "vector_load",
          "vector_store",
          "scalar_load",
          "scalar_store",
          "vector_other");

  /** From numbers in the order of {@link #KINDS}. */
  static InstructionMix of(double[] counts) {
    if (counts.length != KINDS.size()) {
      throw new IllegalArgumentException(counts.length + " counts, not " + KINDS.size());
    }
    return new InstructionMix(
        counts[0],
        counts[1],
        counts[2],
        counts[3],
        counts[4],
        counts[5],
        counts[6],
        counts[7],
        counts[8],
        counts[9],
        counts[10]);
  }

  /** Numbers in the order of {@link #KINDS}. */
  double[] toArray() {
    return new double[] {
      all,
      dot,
      matrix,
      fmla,
      fmlaHalf,
      widening,
      vectorLoads,
      vectorStores,
      scalarLoads,
      scalarStores,
      vectorOther
    };
  }

  /** Vector instructions that multiply and accumulate. */
  double multiplies() {
    return dot + matrix + fmla + fmlaHalf + widening;
  }

  /** Instructions that need one of the vector pipes. */
  double vectorArithmetic() {
    return multiplies() + vectorOther;
  }

  double loads() {
    return vectorLoads + scalarLoads;
  }

  double stores() {
    return vectorStores + scalarStores;
  }

  /** {@code (this - other) * factor}, kind by kind. */
  InstructionMix minus(InstructionMix other, double factor) {
    double[] mine = toArray();
    double[] theirs = other.toArray();
    for (int i = 0; i < mine.length; i++) {
      mine[i] = (mine[i] - theirs[i]) * factor;
    }
    return of(mine);
  }

  InstructionMix times(double factor) {
    return of(Arrays.stream(toArray()).map(count -> count * factor).toArray());
  }

  /** Whole numbers, separated by commas. */
  String csv() {
    return Arrays.stream(toArray())
        .mapToObj(count -> Long.toString(Math.round(count)))
        .collect(Collectors.joining(","));
  }
}
