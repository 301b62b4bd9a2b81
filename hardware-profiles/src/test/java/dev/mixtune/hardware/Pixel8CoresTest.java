package dev.mixtune.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The three kinds of core of one phone beside each other. */
class Pixel8CoresTest {

  @Test
  void smallerCoresAreSlowerOnEveryNetwork() {
    for (List<KernelUse> network :
        List.of(
            Networks.resnet20(Arithmetic.FLOAT, 32),
            Networks.resnet20(Arithmetic.INTEGER_STATIC, 8),
            Networks.resnet18(Arithmetic.FLOAT, 32),
            Networks.resnet18(Arithmetic.INTEGER_STATIC, 8),
            Networks.mobilenetV2(Arithmetic.FLOAT, 32),
            Networks.mobilenetV2(Arithmetic.INTEGER_STATIC, 4))) {
      double middle = millis("pixel8-a715", network);
      assertThat(middle).isGreaterThan(millis("pixel8", network));
      // A slower clock alone: 2.367 by 1.704 GHz.
      assertThat(millis("pixel8-a510", network)).isGreaterThan(1.38 * middle);
    }
  }

  private static double millis(String target, List<KernelUse> network) {
    ProfileTarget core = (ProfileTarget) new Targets(TargetsTest.HOST).find(target);
    return new ProfileLatencyModel(core.profile()).predict(network).millis();
  }
}
