package dev.mixtune.engine.fitting;

import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestKit;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * Pictures of the kit as model inputs.
 *
 * @param input name of the model's input
 * @param pictures pixels of each picture, channels first, normalised
 * @param shape of one picture
 * @param labels class of each picture
 */
record KitData(String input, List<float[]> pictures, long[] shape, int[] labels) {
  private static final float[] MEAN = {123.675f, 116.28f, 103.53f};
  private static final float[] STD = {58.395f, 57.12f, 57.375f};

  /** CIFAR-10 pictures; {@code normalised} as ResNet-20 wants them, raw pixels for ResNet-8. */
  static KitData cifar(String input, String name, int first, int count, boolean normalised)
      throws IOException {
    byte[] pixels = npy("data/cifar10/" + name + "_images.npy");
    ByteBuffer labelBytes =
        ByteBuffer.wrap(npy("data/cifar10/" + name + "_labels.npy")).order(ByteOrder.LITTLE_ENDIAN);
    List<float[]> pictures = new ArrayList<>();
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      float[] picture = new float[3 * 1024];
      for (int c = 0; c < 3; c++) {
        for (int p = 0; p < 1024; p++) {
          float value = pixels[(first + i) * 3072 + p * 3 + c] & 255;
          picture[c * 1024 + p] = normalised ? (value - MEAN[c]) / STD[c] : value;
        }
      }
      pictures.add(picture);
      labels[i] = (int) labelBytes.getLong((first + i) * Long.BYTES);
    }
    return new KitData(input, pictures, new long[] {3, 32, 32}, labels);
  }

  private static byte[] npy(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(TestKit.file(name));
    int header = (bytes[8] & 255) | (bytes[9] & 255) << 8;
    return java.util.Arrays.copyOfRange(bytes, 10 + header, bytes.length);
  }

  /** ImageNet pictures of a folder of the kit, which are 224 x 224 already. */
  static KitData imageNet(String input, String folder) throws IOException {
    Path root = TestKit.file("data/" + folder);
    List<String> lines = Files.readAllLines(root.resolve("labels.csv"), StandardCharsets.UTF_8);
    List<float[]> pictures = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",");
      pictures.add(pixels(ImageIO.read(root.resolve("images").resolve(cells[0]).toFile())));
      labels.add(Integer.parseInt(cells[1].trim()));
    }
    return new KitData(
        input,
        pictures,
        new long[] {3, 224, 224},
        labels.stream().mapToInt(Integer::intValue).toArray());
  }

  private static float[] pixels(BufferedImage image) {
    float[] values = new float[3 * 224 * 224];
    for (int y = 0; y < 224; y++) {
      for (int x = 0; x < 224; x++) {
        for (int c = 0; c < 3; c++) {
          int pixel = (image.getRGB(x, y) >> (16 - 8 * c)) & 255;
          values[(c * 224 + y) * 224 + x] = (pixel - MEAN[c]) / STD[c];
        }
      }
    }
    return values;
  }

  /** The pictures in batches. */
  List<Map<String, Tensor>> batches(int size) {
    List<Map<String, Tensor>> batches = new ArrayList<>();
    for (int from = 0; from < pictures.size(); from += size) {
      int to = Math.min(pictures.size(), from + size);
      int per = pictures.get(0).length;
      float[] values = new float[(to - from) * per];
      for (int i = from; i < to; i++) {
        System.arraycopy(pictures.get(i), 0, values, (i - from) * per, per);
      }
      long[] batchShape = {to - from, shape[0], shape[1], shape[2]};
      batches.add(Map.of(input, new Tensor.Floats(values, batchShape)));
    }
    return batches;
  }
}
