package dev.mixtune.results;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.fitting.FittedRanges;
import dev.mixtune.engine.fitting.RoundingReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundingJsonTest {
  @TempDir Path folder;

  private static final Calibration NOT_WRITTEN = null;

  private static final RoundingReport REPORT =
      new RoundingReport(
          List.of(
              new RoundingReport.Entry(
                  0, "stem", 4, "gptq", Map.of("mse", 0.5, "gptq", 0.125, "codebook", 0.1), 96),
              new RoundingReport.Entry(1, "tied", 4, "mse", Map.of("mse", Double.NaN), 0)),
          List.of(
              new RoundingReport.Entry(
                  2, "product", 4, 64, "gptq", Map.of("least-squares", 0.5, "gptq", 0.25), 64)),
          List.of(
              new RoundingReport.NetworkError("w4a8 w4a8", 0.25, 0.75),
              new RoundingReport.NetworkError("w2a8 w2a8", 0.5, 0.25)));

  private JsonNode written(Optional<FittedRanges> ranges) throws IOException {
    Path file = folder.resolve("rounding.json");
    RoundingJson.write(file, REPORT, ranges, Optional.empty());
    return new ObjectMapper().readTree(file.toFile());
  }

  @Test
  void everyMethodsErrorIsThere() throws IOException {
    JsonNode root = written(Optional.empty());

    assertThat(root.get("schemaVersion").asInt()).isEqualTo(1);
    JsonNode stem = root.get("layers").get(0);
    assertThat(stem.get("layer").asInt()).isZero();
    assertThat(stem.get("name").asText()).isEqualTo("stem");
    assertThat(stem.get("bits").asInt()).isEqualTo(4);
    assertThat(stem.get("chosen").asText()).isEqualTo("gptq");
    assertThat(stem.get("rows").asLong()).isEqualTo(96);
    assertThat(stem.get("errors").size()).isEqualTo(3);
    assertThat(stem.get("errors").get("gptq").asDouble()).isEqualTo(0.125);
    assertThat(stem.get("errors").get("codebook").asDouble()).isEqualTo(0.1);
  }

  @Test
  void blocksStandBesideChannels() throws IOException {
    JsonNode product = written(Optional.empty()).get("blocks").get(0);

    assertThat(product.get("name").asText()).isEqualTo("product");
    assertThat(product.get("chosen").asText()).isEqualTo("gptq");
    assertThat(product.get("blockSize").asInt()).isEqualTo(64);
    assertThat(product.get("errors").get("least-squares").asDouble()).isEqualTo(0.5);
  }

  @Test
  void whatWasNotMeasuredIsNull() throws IOException {
    JsonNode root = written(Optional.empty());

    assertThat(root.get("layers").get(1).get("errors").get("mse").isNull()).isTrue();
    assertThat(root.get("ranges").isNull()).isTrue();
  }

  @Test
  void networksSayWhatWasKept() throws IOException {
    JsonNode networks = written(Optional.empty()).get("networks");

    assertThat(networks.get(0).get("plan").asText()).isEqualTo("w4a8 w4a8");
    assertThat(networks.get(0).get("fitted").asDouble()).isEqualTo(0.25);
    assertThat(networks.get(0).get("plain").asDouble()).isEqualTo(0.75);
    assertThat(networks.get(0).get("kept").asText()).isEqualTo("fitted");
    assertThat(networks.get(1).get("kept").asText()).isEqualTo("plain");
  }

  @Test
  void rangesSayWhichMethodEachTensorTook() throws IOException {
    FittedRanges ranges =
        new FittedRanges(
            NOT_WRITTEN,
            "mse",
            Map.of("mse", 0.5, "min-max", 1.5),
            0.375,
            List.of(new FittedRanges.Choice("x", "mse", Map.of("mse", 0.375, "min-max", 0.5))));
    JsonNode found = written(Optional.of(ranges)).get("ranges");

    assertThat(found.get("uniform").get("min-max").asDouble()).isEqualTo(1.5);
    assertThat(found.get("common").asText()).isEqualTo("mse");
    assertThat(found.get("error").asDouble()).isEqualTo(0.375);
    assertThat(found.get("choices").get(0).get("tensor").asText()).isEqualTo("x");
    assertThat(found.get("choices").get(0).get("chosen").asText()).isEqualTo("mse");
    assertThat(found.get("choices").get(0).get("errors").get("min-max").asDouble()).isEqualTo(0.5);
  }
}
