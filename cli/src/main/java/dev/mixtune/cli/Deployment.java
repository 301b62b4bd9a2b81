package dev.mixtune.cli;

import dev.mixtune.engine.UserException;
import dev.mixtune.hardware.Profile;
import dev.mixtune.hardware.ProfileTarget;
import dev.mixtune.hardware.Target;

/** Refuses deployments whose numbers would be those of another one. */
final class Deployment {
  private Deployment() {}

  /**
   * A profile's costs hold for one batch and one number of threads.
   *
   * @throws UserException when the target is a profile for others
   */
  static void requireProfiled(Target target, int batch, int threads) {
    if (!(target instanceof ProfileTarget known)) {
      return;
    }
    Profile profile = known.profile();
    String holds = ", and profile '" + profile.name() + "' holds for ";
    if (batch != profile.batch()) {
      throw new UserException(
          "latency.batch, or the model's own batch, is " + batch + holds + profile.batch(),
          "Bring a model and a latency.batch for " + profile.batch() + ", or choose --target host");
    }
    if (threads != profile.threads()) {
      throw new UserException(
          "--threads, or latency.threads, is " + threads + holds + profile.threads(),
          "Write --threads " + profile.threads() + ", or choose --target host");
    }
  }
}
