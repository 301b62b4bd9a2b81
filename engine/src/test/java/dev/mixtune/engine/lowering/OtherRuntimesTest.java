package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mixtune.engine.PlainAnswers;
import dev.mixtune.engine.PlainOrt;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.TestNetworks;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files in other versions of ONNX Runtime: the system property mixtune.runtimes names a folder with
 * their jars, such as onnxruntime-1.16.3.jar. Each file runs in a process that has that jar and
 * nothing else of ours but the code that calls it, and its answers are compared with those of the
 * version that Mixtune ships.
 */
@Tag("long")
class OtherRuntimesTest {
  private static final Pattern JAR = Pattern.compile("onnxruntime-(\\d+)\\.(\\d+)\\.\\d+\\.jar");

  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({
    "cifar10-resnet8/model.onnx, 64",
    "cifar10-resnet20/model.onnx, 64",
    "imagenet-mobilenetv2/model.onnx, 8"
  })
  void answerAlike(String model, int samples) throws Exception {
    List<Path> jars = jars();
    TestNetworks test = TestNetworks.calibrated(TestKit.file(model), samples);
    Path inputs = temp.resolve("inputs");
    PlainAnswers.write(inputs, test.inputs());
    for (Map.Entry<String, Plan> each : plans(test).entrySet()) {
      byte[] bytes = test.lowering().lower(each.getValue()).model();
      Path file = Files.write(temp.resolve("model.onnx"), bytes);
      List<Tensor> expected = PlainOrt.run(bytes, test.inputs(), true);
      for (Path jar : jars) {
        if (reads(jar, test, each.getValue())) {
          List<Tensor> found = answers(jar, file, inputs);
          int different = PlainOrt.differentPredictions(expected, found);
          System.out.printf(
              Locale.ROOT,
              "%s %s in %s: %d of %d predictions differ, outputs by at most %.1e of the largest%n",
              model,
              each.getKey(),
              jar.getFileName(),
              different,
              PlainOrt.predictions(expected),
              difference(expected, found));
          assertThat(different).as("%s in %s", each.getKey(), jar).isZero();
        }
      }
    }
  }

  private static List<Path> jars() throws IOException {
    String folder = System.getProperty("mixtune.runtimes", "");
    List<Path> jars = new ArrayList<>();
    if (!folder.isEmpty()) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(Path.of(folder), "*.jar")) {
        found.forEach(jars::add);
      }
    }
    assumeTrue(!jars.isEmpty(), "needs -Dmixtune.runtimes=FOLDER with onnxruntime-*.jar");
    return jars;
  }

  /** One plan for each width, and some that mix them. */
  private static Map<String, Plan> plans(TestNetworks test) {
    Map<String, Plan> plans = new LinkedHashMap<>();
    for (Scheme scheme : List.of(Scheme.F32, Scheme.F16, Scheme.W8A8, Scheme.W4A8, Scheme.W2A8)) {
      plans.put(scheme.id(), test.uniform(scheme));
    }
    Random random = new Random(5);
    for (int i = 0; i < 5; i++) {
      plans.put("mix " + i, PlannedKernelsTest.randomPlan(test, random));
    }
    return plans;
  }

  /** What doctor would say: the file needs no newer runtime than this one. */
  private static boolean reads(Path jar, TestNetworks test, Plan plan) {
    Matcher name = JAR.matcher(jar.getFileName().toString());
    assertThat(name.matches()).as("%s is called like onnxruntime-1.16.3.jar", jar).isTrue();
    return plan.schemes().stream()
        .map(scheme -> OldestRuntime.of(test.network(), scheme).version().split("\\."))
        .allMatch(
            oldest ->
                Integer.parseInt(oldest[0]) == Integer.parseInt(name.group(1))
                    && Integer.parseInt(oldest[1]) <= Integer.parseInt(name.group(2)));
  }

  private List<Tensor> answers(Path jar, Path model, Path inputs) throws Exception {
    Path answers = temp.resolve("answers");
    Path log = temp.resolve("log");
    List<String> ours =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("onnxruntime-"))
            .toList();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                jar + File.pathSeparator + String.join(File.pathSeparator, ours),
                "-Djava.io.tmpdir=" + temp,
                PlainAnswers.class.getName(),
                model.toString(),
                inputs.toString(),
                answers.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    String said = Files.readString(log);
    assertThat(process.exitValue()).as("%s: %s", jar, said).isZero();
    assertThat(said).contains("answered by " + jar.getFileName().toString().split("-|\\.jar")[1]);
    return PlainAnswers.answers(answers);
  }

  /** Largest difference by the largest value. */
  private static double difference(List<Tensor> expected, List<Tensor> found) {
    double apart = 0;
    double largest = 0;
    for (int t = 0; t < expected.size(); t++) {
      float[] a = ((Tensor.Floats) expected.get(t)).values();
      float[] b = ((Tensor.Floats) found.get(t)).values();
      assertThat(b).hasSameSizeAs(a);
      for (int i = 0; i < a.length; i++) {
        apart = Math.max(apart, Math.abs(a[i] - b[i]));
        largest = Math.max(largest, Math.abs(a[i]));
      }
    }
    return apart / largest;
  }
}
