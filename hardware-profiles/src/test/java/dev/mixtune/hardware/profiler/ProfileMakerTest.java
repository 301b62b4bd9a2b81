package dev.mixtune.hardware.profiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import dev.mixtune.engine.UserException;
import dev.mixtune.hardware.Profile;
import dev.mixtune.hardware.ProfileLatencyModel;
import dev.mixtune.hardware.ProfileReader;
import dev.mixtune.hardware.ProfileRules;
import dev.mixtune.hardware.ProfileWriter;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProfileMakerTest {
  private static final List<Observation> MEASURED = SyntheticDevice.observations(600, 1);
  private static final Profile PROFILE = ProfileMaker.of(SyntheticDevice.FACTS, MEASURED);

  @Test
  void predictsModelsThatItHasNotSeen() {
    ProfileLatencyModel model = new ProfileLatencyModel(PROFILE);
    double[] errors =
        SyntheticDevice.observations(200, 2).stream()
            .mapToDouble(
                unseen ->
                    Math.abs(1e6 * model.predict(unseen.kernels()).millis() / unseen.nanos() - 1))
            .sorted()
            .toArray();
    assertThat(errors[100]).isLessThan(0.06);
    assertThat(errors[190]).isLessThan(0.3);
  }

  /** The first change of precision of a chain costs a tenth: all others are priced as they are. */
  @Test
  void theEndsOfChainsSayNothingAboutTheirInsides() {
    List<Observation> cheapEnds =
        MEASURED.stream()
            .map(
                chain -> {
                  KernelUse first = chain.kernels().get(0);
                  double saved = first.op() == Op.QUANTIZE ? 0.9 * SyntheticDevice.nanos(first) : 0;
                  return new Observation(
                      chain.id(), chain.kernels(), chain.nanos() - saved, chain.relativeError());
                })
            .toList();
    ProfileLatencyModel model =
        new ProfileLatencyModel(ProfileMaker.withoutError(SyntheticDevice.FACTS, cheapEnds));
    KernelUse inside =
        new KernelUse(Op.QUANTIZE, Arithmetic.FLOAT, 0, "inside", 0, 100_000, 100_000, 0);

    double expected = SyntheticDevice.nanos(inside);
    assertThat(model.nanos(inside)).isCloseTo(expected, within(0.2 * expected));
  }

  @Test
  void statesTheErrorThatUnseenModelsShow() {
    assertThat(PROFILE.statedError()).isBetween(0.005, 0.08);
    assertThat(PROFILE.statedErrorSource()).contains("600 small models of 200 shapes");
  }

  @Test
  void saysWhatWasMeasuredAndWhatWasNot() {
    assertThat(PROFILE.find(Op.CONV, Arithmetic.FLOAT, 32).orElseThrow().basis())
        .isEqualTo(Basis.MEASURED);
    assertThat(PROFILE.find(Op.GROUPED_CONV, Arithmetic.FLOAT, 32).orElseThrow().basis())
        .isEqualTo(Basis.MODELLED);
    assertThat(PROFILE.find(Op.GROUPED_CONV, Arithmetic.FLOAT, 32).orElseThrow().source())
        .contains("No timed model has such a kernel");
    assertThat(PROFILE.find(Op.CONV, Arithmetic.BLOCKWISE, 4).orElseThrow().basis())
        .isEqualTo(Basis.NO_KERNEL);
  }

  @Test
  void keepsTheRulesAndSurvivesItsFile() {
    assertThat(ProfileRules.violations(PROFILE)).isEmpty();
    assertThat(ProfileReader.read("board.json", ProfileWriter.write(PROFILE))).isEqualTo(PROFILE);
  }

  @Test
  void theSameMeasurementsGiveTheSameProfile() {
    assertThat(ProfileMaker.of(SyntheticDevice.FACTS, MEASURED)).isEqualTo(PROFILE);
  }

  @Test
  void tooLittleIsRefusedByName() {
    List<Observation> onlyProducts =
        MEASURED.stream()
            .filter(o -> o.kernels().stream().noneMatch(use -> use.op() == Op.CONV))
            .toList();
    assertThatThrownBy(() -> ProfileMaker.of(SyntheticDevice.FACTS, onlyProducts))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("nothing tells what conv float costs");
  }

  @Test
  void leastSquaresStayAtZeroOrAbove() {
    // y = 2 a + 0 b, where plain least squares would give b a small negative coefficient.
    double[][] rows = {{1, 1}, {2, 0}, {3, 1}, {4, 5}};
    double[] right = {1.9, 4, 5.9, 7.5};
    double[] weights = {1, 1, 1, 1};
    double[] solution = NonNegative.solve(rows, right, weights, new double[2], 1000);
    assertThat(solution[1]).isZero();
    // With b = 0: sum(a y) / sum(a a) = (1.9 + 8 + 17.7 + 30) / 30
    assertThat(solution[0]).isCloseTo(57.6 / 30, org.assertj.core.api.Assertions.within(1e-4));
    assertThat(Arrays.stream(solution).min().orElseThrow()).isNotNegative();
  }
}
