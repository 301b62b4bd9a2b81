package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.Latency;
import dev.mixtune.results.StudyStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimedInCompanyTest {
  @TempDir Path temp;

  private StudyStore open() {
    return StudyStore.open(temp.resolve("study.db"), Map.of("seed", "1"), Clock.systemUTC());
  }

  @Test
  void aStudyThatGoesOnKnowsWhatIsToBeTimedAgain() {
    try (StudyStore store = open()) {
      TimedInCompany company = new TimedInCompany(new StudyMemory(store), 2);
      company.add("a");
      company.add("b");
      company.settle("b", 0.5, 0.51);
      company.add("c");
      company.fail("c");
    }
    try (StudyStore store = open()) {
      TimedInCompany company = new TimedInCompany(new StudyMemory(store), 2);
      assertThat(company.contains("a")).isTrue();
      assertThat(company.contains("b")).isFalse();
      assertThat(company.contains("c")).isFalse();
      assertThat(company.contains("never timed")).isFalse();
    }
  }

  @Test
  void saysHowFarTheTimesLayApart() {
    try (StudyStore store = open()) {
      TimedInCompany company = new TimedInCompany(new StudyMemory(store), 2);
      assertThat(company.notes(List.of("a"))).isEmpty();

      company.settle("a", 0.5, 0.505);
      company.settle("b", 0.4, 0.38);
      company.settle("c", 0.2, 0.204);
      // +1 %, -5 % and +2 %.
      assertThat(company.notes(List.of("a", "b", "c", "d")))
          .singleElement()
          .asString()
          .startsWith("3 kernel choices")
          .endsWith("alone +1.0 % in the median, at most 5.0 % apart.");
    }
  }

  @Test
  void saysWhatAStopLeftOpen() {
    try (StudyStore store = open()) {
      TimedInCompany company = new TimedInCompany(new StudyMemory(store), 2);
      company.add("a");
      company.add("not on the frontier");

      assertThat(company.notes(List.of("a", "a", "b")))
          .singleElement()
          .asString()
          .startsWith("2 plans of the frontier keep the time");
    }
  }

  @Test
  void timesInCompanyAreUsedWhereUniformPlansReadTheSame() {
    try (StudyStore store = open()) {
      TimedInCompany company = new TimedInCompany(new StudyMemory(store), 2);
      assertThat(company.isAdmissible()).as("nothing compared").isFalse();
      company.compare("a", 0.5, 0.52);
      company.compare("b", 0.5, 0.3);
      company.compare("c", 0.5, 0.51);
      assertThat(company.isAdmissible()).as("2, 4 and 40 %% apart").isTrue();
      assertThat(company.notes(List.of("a", "b"))).isEmpty();

      company.compare("d", 0.5, 0.45);
      company.compare("e", 0.5, 0.55);
      assertThat(company.isAdmissible()).as("2, 4, 10, 10 and 40 %% apart").isFalse();
    }
    try (StudyStore store = open()) {
      TimedInCompany company = new TimedInCompany(new StudyMemory(store), 2);
      assertThat(company.isAdmissible()).isFalse();
      assertThat(company.notes(List.of()))
          .singleElement()
          .asString()
          .startsWith("Uniform plans read 10.0 % apart in the median");
      assertThat(new TimedInCompany(new StudyMemory(store), 8).isCompared())
          .as("with other company")
          .isFalse();
    }
  }

  @Test
  void theSearchIsToldTheTimeThatItKnew() {
    try (StudyStore store = open()) {
      TimedInCompany company = new TimedInCompany(new StudyMemory(store), 2);
      company.settle("a", 0.4, 0.5);
      company.add("open");
      Latency alone = new Latency(10, 0.5, 0.01, Basis.MEASURED);

      assertThat(company.asSearched("a", alone).ratio()).isCloseTo(0.4, within(1e-12));
      assertThat(company.asSearched("a", alone).millis()).isCloseTo(8, within(1e-12));
      assertThat(company.asSearched("open", alone)).isEqualTo(alone);
      assertThat(company.asSearched("never", alone)).isEqualTo(alone);
    }
  }

  @Test
  void saysWhatCouldNotBeTimedAgain() {
    try (StudyStore store = open()) {
      TimedInCompany company = new TimedInCompany(new StudyMemory(store), 2);
      company.add("a");
      company.fail("a");
      assertThat(company.contains("a")).isFalse();
      assertThat(company.notes(List.of("a")))
          .singleElement()
          .asString()
          .endsWith("they could not be timed again alone.");
    }
  }
}
