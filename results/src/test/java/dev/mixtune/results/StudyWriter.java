package dev.mixtune.results;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/** A process that records evaluations until it is killed, and says so after each. */
final class StudyWriter {
  private StudyWriter() {}

  public static void main(String[] arguments) throws IOException {
    try (StudyStore store =
        StudyStore.open(Path.of(arguments[0]), Map.of("seed", "7"), Clock.systemUTC())) {
      for (int number = 0; number < 4096; number++) {
        store.record(StudyStoreFixture.evaluation(number));
        System.out.println(number);
      }
      System.in.read(); // holds the study until the kill, however fast the disk
    }
  }
}
