package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
      TimedInCompany company = new TimedInCompany(new StudyMemory(store));
      company.add("a");
      company.add("b");
      company.settle("b", 0.5, 0.51);
      company.add("c");
      company.forget("c");
    }
    try (StudyStore store = open()) {
      TimedInCompany company = new TimedInCompany(new StudyMemory(store));
      assertThat(company.contains("a")).isTrue();
      assertThat(company.contains("b")).isFalse();
      assertThat(company.contains("c")).isFalse();
      assertThat(company.contains("never timed")).isFalse();
    }
  }

  @Test
  void saysHowFarTheTimesLayApart() {
    try (StudyStore store = open()) {
      TimedInCompany company = new TimedInCompany(new StudyMemory(store));
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
      TimedInCompany company = new TimedInCompany(new StudyMemory(store));
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
      TimedInCompany company = new TimedInCompany(new StudyMemory(store));
      assertThat(company.isAdmissible()).isTrue();
      company.compare("a", 0.5, 0.52);
      company.compare("b", 0.5, 0.3);
      company.compare("c", 0.5, 0.51);
      assertThat(company.isAdmissible()).as("+2 %% in the median").isTrue();
      assertThat(company.notes(List.of("a", "b"))).isEmpty();

      company.compare("d", 0.5, 0.55);
      company.compare("e", 0.5, 0.55);
      company.compare("f", 0.5, 0.55);
      assertThat(company.isAdmissible()).as("+7 %% in the median").isFalse();
    }
    try (StudyStore store = open()) {
      TimedInCompany company = new TimedInCompany(new StudyMemory(store));
      assertThat(company.isAdmissible()).isFalse();
      assertThat(company.notes(List.of()))
          .singleElement()
          .asString()
          .contains("uniform plans took +7.0 % alone");
    }
  }
}
