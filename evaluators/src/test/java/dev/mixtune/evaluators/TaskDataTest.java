package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.UserException;
import dev.mixtune.engine.runtime.Session;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskDataTest {
  @TempDir Path folder;
  private final Session model = new Fakes(-1, 3).open(Fakes.model("same"), 1);

  private static Task task(
      Path source, @Nullable Path labels, Metric metric, Task.Calibration calibration) {
    return new Task(
        "t",
        Path.of("m.onnx"),
        List.of(new Task.Input("x", source, null, new Scaling.None())),
        labels,
        metric,
        calibration,
        new Task.Fractions(0.25, 0.5),
        new Task.Deployment(1, 1, Map.of()),
        List.of());
  }

  private Path samples(String name, int count, int first) {
    byte[] payload = new byte[3 * count];
    for (int i = 0; i < count; i++) {
      payload[3 * i] = (byte) (first + i);
      payload[3 * i + 1] = (byte) ((first + i) >> 8);
    }
    return Npy.write(folder.resolve(name), "|u1", "(" + count + ", 3)", payload);
  }

  private Path labels(long... values) {
    return Npy.write(folder.resolve("y.npy"), "<i8", "(" + values.length + ",)", Npy.longs(values));
  }

  private static Task.Calibration shared(int samples) {
    return new Task.Calibration(null, OptionalInt.of(samples));
  }

  @Test
  void splitsAreDisjointSortedSizedAndFixedBySeed() {
    Task task = task(samples("x.npy", 120, 0), null, new Fidelity(), shared(20));
    try (TaskData data = TaskData.open(task, model, 5);
        TaskData again = TaskData.open(task, model, 5);
        TaskData other = TaskData.open(task, model, 6)) {
      Splits splits = data.splits();
      assertThat(splits.search()).hasSize(25).isSorted();
      assertThat(splits.holdout()).hasSize(50).isSorted();
      Set<Integer> all = new HashSet<>(splits.search());
      all.addAll(splits.holdout());
      all.addAll(data.calibration().indices());
      assertThat(all).hasSize(95);
      assertThat(again.splits()).isEqualTo(splits);
      assertThat(other.splits()).isNotEqualTo(splits);
      assertThat(again.search().fingerprint()).isEqualTo(data.search().fingerprint());
      assertThat(data.holdout().fingerprint()).isNotEqualTo(data.search().fingerprint());
    }
  }

  @Test
  void allScoredSamplesAreBothSplitsInTheOrderOfTheSource() {
    Task task = task(samples("x.npy", 120, 0), null, new Fidelity(), shared(20));
    try (TaskData data = TaskData.open(task, model, 5)) {
      Set<Integer> both = new HashSet<>(data.splits().search());
      both.addAll(data.splits().holdout());
      assertThat(data.evaluation().indices())
          .isSorted()
          .hasSize(75)
          .containsExactlyInAnyOrderElementsOf(both);
    }
  }

  @Test
  void equalSamplesAreCounted() {
    byte[] payload = new byte[3 * 40];
    long[] labels = new long[40];
    for (int i = 0; i < 40; i++) {
      payload[3 * i] = (byte) (i % 10);
      labels[i] = i == 39 ? 1 : 0;
    }
    Path source = Npy.write(folder.resolve("x.npy"), "|u1", "(40, 3)", payload);
    Path other = samples("c.npy", 4, 100);
    Task task =
        task(source, labels(labels), new TopK(1), new Task.Calibration(other, OptionalInt.empty()));
    try (TaskData data = TaskData.open(task, model, 1)) {
      Set<Integer> search = new HashSet<>();
      data.splits().search().forEach(i -> search.add(i % 10));
      Set<Integer> all = new HashSet<>(search);
      data.splits().holdout().forEach(i -> all.add(i % 10));
      long across = data.splits().holdout().stream().filter(i -> search.contains(i % 10)).count();
      boolean scored = data.evaluation().indices().contains(39);

      assertThat(data.duplicates().repeated()).isEqualTo(30 - all.size());
      assertThat(data.duplicates().acrossSplits()).isEqualTo((int) across);
      assertThat(data.duplicates().contradictory()).isLessThanOrEqualTo(30);
      assertThat(data.duplicates().contradictory() > 0).isEqualTo(scored);
    }
  }

  @Test
  void copiesOfCalibrationSamplesAreNotScored() {
    byte[] payload = new byte[3 * 40];
    for (int i = 0; i < 40; i++) {
      payload[3 * i] = (byte) (i / 2);
    }
    Path source = Npy.write(folder.resolve("x.npy"), "|u1", "(40, 3)", payload);
    try (TaskData data = TaskData.open(task(source, null, new Fidelity(), shared(6)), model, 1)) {
      Set<Integer> calibrated = new HashSet<>();
      data.calibration().indices().forEach(i -> calibrated.add(i / 2));
      List<Integer> scored = new ArrayList<>(data.splits().search());
      scored.addAll(data.splits().holdout());
      assertThat(scored).isNotEmpty().noneMatch(i -> calibrated.contains(i / 2));
    }
  }

  @Test
  void separateCalibrationLeavesAllSamplesToTheSplits() {
    Path other = samples("c.npy", 30, 1000);
    Task task =
        task(
            samples("x.npy", 100, 0),
            null,
            new Fidelity(),
            new Task.Calibration(other, OptionalInt.of(10)));
    try (TaskData data = TaskData.open(task, model, 1)) {
      assertThat(data.calibration().size()).isEqualTo(10);
      assertThat(data.search().size() + data.holdout().size()).isEqualTo(75);
    }
  }

  @Test
  void equalSamplesInCalibrationAndEvaluationAreRefused() {
    Task task =
        task(
            samples("x.npy", 100, 0),
            null,
            new Fidelity(),
            new Task.Calibration(samples("c.npy", 10, 99), OptionalInt.empty()));
    assertThatThrownBy(() -> TaskData.open(task, model, 1))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("sample 0 of calibration.source equals sample 99");
  }

  @Test
  void badDataAreNamed() {
    Path x = samples("x.npy", 4, 0);
    refused(task(x, labels(0, 1, 2), new TopK(1), shared(1)), "3 labels for 4 samples");
    refused(task(x, labels(0, 1, 2, 3), new TopK(1), shared(1)), "position 3 is 3");
    refused(task(x, labels(0, -1, 2, 1), new TopK(1), shared(1)), "position 1 is -1");
    refused(task(x, null, new TopK(1), shared(1)), "labels is missing");
    refused(task(x, null, new Fidelity(), shared(4)), "calibration.samples is 4");
    refused(task(x, null, new Fidelity(), shared(3)), "splits");
    refused(task(folder.resolve("gone.npy"), null, new Fidelity(), shared(1)), "gone.npy");
    refused(task(folder.resolve("x.csv"), null, new Fidelity(), shared(1)), "x.csv");
    Path five = Npy.write(folder.resolve("w.npy"), "|u1", "(4, 5)", new byte[20]);
    refused(task(five, null, new Fidelity(), shared(1)), "samples of 5, and the model's input 'x'");
  }

  @Test
  void trainingSamplesHaveTheClassesOfTheirLabelFile() {
    Path x = samples("x.npy", 8, 0);
    Path train = samples("train.npy", 3, 100);
    Path classes = Npy.write(folder.resolve("t.npy"), "<i8", "(3,)", Npy.longs(2, 0, 1));
    Path few = Npy.write(folder.resolve("few.npy"), "<i8", "(2,)", Npy.longs(2, 0));
    Path high = Npy.write(folder.resolve("high.npy"), "<i8", "(3,)", Npy.longs(2, 0, 3));
    Task task = task(x, labels(new long[8]), new TopK(1), shared(1));
    try (TaskData data = TaskData.open(task, model, 1)) {
      SampleSet labelled = data.openTraining(train, classes);
      assertThat(labelled.size()).isEqualTo(3);
      assertThat(labelled.inOrder(new int[] {2, 0, 1}).label(1)).isEqualTo(2);
      assertThat(data.openTraining(train, null).isLabelled()).isFalse();
      assertThatThrownBy(() -> data.openTraining(train, few))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("2 labels for 3 samples");
      assertThatThrownBy(() -> data.openTraining(train, high))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("position 2 is 3");
      assertThatThrownBy(() -> data.openTraining(x, classes)).isInstanceOf(UserException.class);
    }
  }

  @Test
  void inputsMustBeTheModels() {
    Path x = samples("x.npy", 40, 0);
    Task good = task(x, null, new Fidelity(), shared(1));
    Task misspelt =
        new Task(
            "t",
            good.model(),
            List.of(new Task.Input("xx", x, null, new Scaling.None())),
            null,
            good.metric(),
            good.calibration(),
            good.splits(),
            good.latency(),
            List.of());
    refused(misspelt, "no input 'xx'. Maybe you meant 'x'");
  }

  private void refused(Task task, String named) {
    assertThatThrownBy(() -> TaskData.open(task, model, 1))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(named);
  }

  @Test
  void batchesGoThroughTheSetOnce() {
    Task task = task(samples("x.npy", 40, 0), null, new Fidelity(), shared(10));
    try (TaskData data = TaskData.open(task, model, 1)) {
      List<Float> seen = new ArrayList<>();
      List<Long> lengths = new ArrayList<>();
      for (Map<String, Tensor> batch : data.calibration().batches(4, true)) {
        Tensor.Floats x = (Tensor.Floats) batch.get("x");
        lengths.add(x.shape()[0]);
        for (int i = 0; i < x.shape()[0]; i++) {
          seen.add(x.values()[3 * i]);
        }
      }
      assertThat(lengths).containsExactly(4L, 4L, 4L);
      List<Integer> indices = data.calibration().indices();
      for (int i = 0; i < 12; i++) {
        assertThat(seen.get(i)).isEqualTo((float) indices.get(Math.min(i, 9)));
      }
      assertThat(data.calibration().batches(4, false)).hasSize(3);
      SampleSet part = data.search().subset(3, new Random(1));
      assertThat(part.indices()).hasSize(3).isSorted().isSubsetOf(data.splits().search());
      assertThat(data.search().subset(100, new Random(1)).indices())
          .isEqualTo(data.splits().search());
    }
  }

  @Test
  void furtherDataAreOpenedWhole() {
    Path blurred = samples("b.npy", 9, 5000);
    Task plain = task(samples("x.npy", 40, 0), labels(new long[40]), new TopK(1), shared(10));
    Path nine = Npy.write(folder.resolve("y9.npy"), "<i8", "(9,)", Npy.longs(new long[9]));
    Path eight = Npy.write(folder.resolve("y8.npy"), "<i8", "(8,)", Npy.longs(new long[8]));
    try (TaskData data = TaskData.open(further(plain, blurred, nine), model, 1)) {
      assertThat(data.openRobustness())
          .singleElement()
          .satisfies(
              set -> {
                assertThat(set.name()).isEqualTo("blurred");
                assertThat(set.size()).isEqualTo(9);
                assertThat(set.isLabelled()).isTrue();
              });
    }
    for (Path labels : new Path[] {null, eight}) {
      try (TaskData data = TaskData.open(further(plain, blurred, labels), model, 1)) {
        assertThatThrownBy(data::openRobustness)
            .isInstanceOf(UserException.class)
            .hasMessageContaining("robustness[0].labels");
      }
    }
  }

  private static Task further(Task task, Path source, @Nullable Path labels) {
    return new Task(
        task.name(),
        task.model(),
        task.inputs(),
        task.labels(),
        task.metric(),
        task.calibration(),
        task.splits(),
        task.latency(),
        List.of(new Task.FurtherData("blurred", source, labels)));
  }

  @Test
  void sourcesOfAllInputsMustBeEquallyLong() {
    InputSpec spec = InputSpec.of(model.inputs().get(0), null);
    Samples four =
        ArraySamples.open(NpyFile.open(samples("4.npy", 4, 0), "a"), spec, new Scaling.None(), "a");
    Samples five =
        ArraySamples.open(NpyFile.open(samples("5.npy", 5, 0), "b"), spec, new Scaling.None(), "b");
    Map<String, Samples> both = new LinkedHashMap<>();
    both.put("a", four);
    both.put("b", five);
    assertThatThrownBy(() -> ModelInputs.of(both))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("input 'b' has 5 samples, and input 'a' has 4");
  }

  @Test
  void classFoldersGiveLabelsBySortedName() throws IOException {
    picture("zebra/b.png");
    picture("ape/c.PNG");
    picture("ape/a.png");
    Files.writeString(folder.resolve("ape/notes.txt"), "no picture");
    ImageFolder found = ImageFolder.list(folder, "--data");
    assertThat(found.files())
        .extracting(path -> folder.relativize(path).toString())
        .containsExactly("ape/a.png", "ape/c.PNG", "zebra/b.png");
    assertThat(found.labels()).isEqualTo(Labels.of(new int[] {0, 0, 1}, "test"));

    Path onnx = Files.write(folder.resolve("net.onnx"), new byte[1]);
    Task task = Task.ofModel(onnx, folder);
    assertThat(task.metric()).isEqualTo(new TopK(1));
    assertThat(task.name()).isEqualTo("net");
  }

  @Test
  void labelsFileNamesPicturesAndClasses() throws IOException {
    picture("images/a.png");
    picture("images/b.png");
    Files.writeString(
        folder.resolve("labels.csv"), "label,author,file\n4,\"x, \"\"y\"\"\",b.png\n\n2,z,a.png\n");
    ImageFolder found = ImageFolder.list(folder, "source");
    assertThat(found.files())
        .containsExactly(folder.resolve("images/b.png"), folder.resolve("images/a.png"));
    assertThat(found.labels()).isEqualTo(Labels.of(new int[] {4, 2}, "test"));

    for (String csv :
        List.of(
            "file,label\n../labels.csv,1\n",
            "file,label\nc.png,1\n",
            "file,label\na.png,cat\n",
            "file,label\na.png\n",
            "name,label\na.png,1\n",
            "file,label\n",
            "")) {
      Files.writeString(folder.resolve("labels.csv"), csv);
      assertThatThrownBy(() -> ImageFolder.list(folder, "source"))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("labels.csv");
    }
  }

  @Test
  void picturesAloneHaveNoLabels() throws IOException {
    picture("images/a.png");
    assertThat(ImageFolder.list(folder, "source").labels()).isNull();
    assertThatThrownBy(() -> ImageFolder.list(Files.createDirectory(folder.resolve("e")), "source"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("holds no pictures");
  }

  @Test
  void picturesBecomeScaledInput() throws IOException {
    picture("images/a.png");
    BufferedImage image = ImageIO.read(folder.resolve("images/a.png").toFile());
    InputSpec spec = InputSpec.of(new Session.Port("x", "FLOAT", List.of(-1L, 3L, 8L, 8L)), null);
    List<Path> files = ImageFolder.list(folder, "source").files();
    try (ImageSamples samples =
        ImageSamples.open(files, spec, new Scaling.ImageDefaults(), "source")) {
      float[] values = samples.batch(new int[] {0}).values();
      double green = (image.getRGB(5, 2) >> 8) & 0xff;
      assertThat((double) values[64 + 2 * 8 + 5])
          .isCloseTo((green - 116.28) / 57.12, org.assertj.core.api.Assertions.within(1e-5));
      assertThat(samples.shape()).containsExactly(3L, 8L, 8L);
    }
    InputSpec flat = InputSpec.of(new Session.Port("x", "FLOAT", List.of(-1L, 3L)), null);
    assertThatThrownBy(() -> ImageSamples.open(files, flat, new Scaling.None(), "source s"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("source s holds pictures");
  }

  private void picture(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(name.hashCode());
    for (int i = 0; i < 64; i++) {
      image.setRGB(i % 8, i / 8, random.nextInt());
    }
    ImageIO.write(image, "png", file.toFile());
  }
}
