package dev.mixtune.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Basis;
import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyTableTest {
  @TempDir Path folder;

  @Test
  void theTableHasTheFiguresOfEachStudy() throws IOException {
    for (Basis basis : new Basis[] {Basis.MEASURED, Basis.MODELLED}) {
      Path study = Files.createDirectories(folder.resolve("resnet-" + basis.id()));
      FrontierJson.write(study.resolve("frontier.json"), new SyntheticStudy(3, basis).frontier());
    }
    String page = StudyTable.of(folder);
    // The made-up float model: 0.9131, 1,091,000 bytes, 3.9 ms.
    assertThat(page)
        .contains("| [resnet-measured](studies/resnet-measured) | float, top1 91.31 %")
        .contains("6,000 samples | | | 1.09 MB | 3.90 ms | 32 |")
        .contains("uniform 8")
        .contains("**chosen**")
        .contains("\u00d7, measured |")
        .contains("\u00d7, modelled, not measured |");
    assertThat(page.lines().filter(line -> line.contains("uniform 16"))).hasSize(2);
  }

  @Test
  void aFolderWithoutStudiesIsNamed() {
    assertThatThrownBy(() -> StudyTable.of(folder))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(folder.toString());
  }
}
