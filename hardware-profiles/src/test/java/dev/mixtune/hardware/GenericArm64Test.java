package dev.mixtune.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Basis;
import org.junit.jupiter.api.Test;

class GenericArm64Test {
  private final Profile profile =
      ((ProfileTarget) new Targets(TargetsTest.HOST).find("generic-arm64")).profile();
  private final ProfileLatencyModel model = new ProfileLatencyModel(profile);

  @Test
  void nothingIsCalledMeasured() {
    assertThat(profile.kernels())
        .extracting(KernelEntry::basis)
        .containsOnly(Basis.MODELLED, Basis.NO_KERNEL);
    assertThat(profile.statedError()).isNull();
  }

  /**
   * Arm's ResNet-18 on a Raspberry Pi 5, whose core is of this class at 2.4 GHz: 8.751 ms with INT8
   * on four cores, 3.61 times faster than float. One core takes four times as long at best.
   */
  @Test
  void isNotFarFromWhatArmPublished() {
    double integer =
        model.predict(Networks.resnet18(Arithmetic.INTEGER_STATIC, 8)).millis() * 2.0 / 2.4;
    double floating = model.predict(Networks.resnet18(Arithmetic.FLOAT, 32)).millis() * 2.0 / 2.4;
    assertThat(integer / (4 * 8.751)).isBetween(0.67, 1.5);
    assertThat(floating / integer / 3.61).isBetween(0.75, 1.25);
  }

  @Test
  void isSlowerThanABigPhoneCore() {
    ProfileLatencyModel phone =
        new ProfileLatencyModel(
            ((ProfileTarget) new Targets(TargetsTest.HOST).find("pixel8")).profile());
    assertThat(model.predict(Networks.mobilenetV2(Arithmetic.FLOAT, 32)).millis())
        .isGreaterThan(phone.predict(Networks.mobilenetV2(Arithmetic.FLOAT, 32)).millis());
  }
}
