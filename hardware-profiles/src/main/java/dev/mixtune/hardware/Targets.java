package dev.mixtune.hardware;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The targets that there are: this machine, the shipped profiles, and files. */
public final class Targets {
  /** Names of the profiles on the class path. */
  static final List<String> SHIPPED =
      List.of(
          "pixel8",
          "pixel8-a715",
          "pixel8-a510",
          "raspberrypi5",
          "generic-arm64",
          "host-x86-avx512vnni");

  private final HostFacts host;

  /** The targets as seen from a machine with these facts. */
  public Targets(HostFacts host) {
    this.host = host;
  }

  /**
   * The target with this name, or described by the profile at this path.
   *
   * @param nameOrPath {@code host}, the name of a shipped profile, or a path that ends in {@code
   *     .json} or has a separator in it
   * @throws UserException when there is no such target, or the profile is broken
   */
  public Target find(String nameOrPath) {
    if (nameOrPath.equals(HostTarget.NAME)) {
      return new HostTarget(host);
    }
    if (SHIPPED.contains(nameOrPath)) {
      return new ProfileTarget(shipped(nameOrPath));
    }
    if (nameOrPath.endsWith(".json") || nameOrPath.contains("/") || nameOrPath.contains("\\")) {
      return new ProfileTarget(ProfileReader.read(Path.of(nameOrPath)));
    }
    List<String> names = names();
    throw new UserException(
        "there is no target '" + nameOrPath + "'; known: " + String.join(", ", names),
        Closest.find(nameOrPath, names)
            .map(near -> "Maybe you meant '" + near + "'")
            .orElse("Maybe you meant the path of a profile, which ends in .json"));
  }

  /** The host first, then the shipped profiles. */
  public List<TargetSummary> list() {
    List<TargetSummary> result = new ArrayList<>();
    result.add(
        new TargetSummary(
            HostTarget.NAME,
            Basis.MEASURED,
            1,
            0,
            "this machine, timed end to end: " + host.summary()));
    for (String name : SHIPPED) {
      ProfileTarget target = new ProfileTarget(shipped(name));
      Profile profile = target.profile();
      result.add(
          new TargetSummary(
              name,
              target.basis(),
              profile.entryShare(Basis.MEASURED),
              profile.entryShare(Basis.MODELLED) + profile.entryShare(Basis.NO_KERNEL),
              profile.description()));
    }
    return result;
  }

  private static List<String> names() {
    List<String> names = new ArrayList<>(List.of(HostTarget.NAME));
    names.addAll(SHIPPED);
    return names;
  }

  private static Profile shipped(String name) {
    String resource = "profiles/" + name + ".json";
    try (InputStream stream = Targets.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new IllegalStateException("the shipped profile " + resource + " is missing");
      }
      return ProfileReader.read(name, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
