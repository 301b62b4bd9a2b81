package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Networks whose latency on Arm devices was published, written down from their papers. */
final class KnownNetworks {

  /** The kernels of a network, in INT8 or in float. */
  interface Table {
    List<KernelUse> kernels(boolean integer);
  }

  private static final Map<String, Table> ALL = tables();

  private static Map<String, Table> tables() {
    Map<String, Table> all = new TreeMap<>();
    all.put("ResNet-18", integer -> basicResnet(integer, new int[] {2, 2, 2, 2}));
    all.put("ResNet-50", integer -> bottleneckResnet(integer, 1));
    all.put("WideResNet-50", integer -> bottleneckResnet(integer, 2));
    all.put("MobileNetV1", KnownNetworks::mobilenetV1);
    for (int size : new int[] {224, 192, 160, 128, 96}) {
      all.put("MobileNetV2-" + size, integer -> mobilenetV2(integer, size));
    }
    all.put("EfficientNet-lite0", integer -> efficientnetLite(integer, 1.0, 1.0, 224));
    all.put("EfficientNet-lite1", integer -> efficientnetLite(integer, 1.0, 1.1, 240));
    all.put("EfficientNet-lite2", integer -> efficientnetLite(integer, 1.1, 1.2, 260));
    all.put("EfficientNet-lite3", integer -> efficientnetLite(integer, 1.2, 1.4, 280));
    all.put("EfficientNet-lite4", integer -> efficientnetLite(integer, 1.4, 1.8, 300));
    all.put("ShuffleNetV2", KnownNetworks::shufflenetV2);
    all.put("DeiT-Tiny", integer -> transformer(integer, 16, 197, 192, 3, 1000));
    all.put("ViT-B/32", integer -> transformer(integer, 32, 50, 768, 12, 512));
    all.put("GoogLeNet", InceptionNetworks::googlenet);
    all.put("Inception-v3", InceptionNetworks::inceptionV3);
    return Collections.unmodifiableMap(all);
  }

  private KnownNetworks() {}

  /** The table of this name. */
  static Table named(String name) {
    Table table = ALL.get(name);
    if (table == null) {
      throw new IllegalArgumentException("no table for '" + name + "'; known: " + ALL.keySet());
    }
    return table;
  }

  private static NetworkTable resnetStem(boolean integer) {
    return new NetworkTable(integer, 3, 224).conv(64, 7, 2).pool(56);
  }

  /** He et al. 2015, blocks of two 3x3 convolutions. */
  private static List<KernelUse> basicResnet(boolean integer, int[] blocks) {
    NetworkTable net = resnetStem(integer);
    for (int stage = 0; stage < blocks.length; stage++) {
      int width = 64 << stage;
      for (int block = 0; block < blocks[stage]; block++) {
        int stride = stage > 0 && block == 0 ? 2 : 1;
        int channels = net.channels();
        int size = net.size();
        if (stride == 2) {
          net.conv(width, 1, 2).at(channels, size);
        }
        net.conv(width, 3, stride).conv(width, 3, 1).add();
      }
    }
    return net.classifier(1000);
  }

  /** He et al. 2015 with the stride at the 3x3 convolution; Zagoruyko and Komodakis 2016. */
  private static List<KernelUse> bottleneckResnet(boolean integer, int widening) {
    NetworkTable net = resnetStem(integer);
    int[] blocks = {3, 4, 6, 3};
    for (int stage = 0; stage < blocks.length; stage++) {
      int width = 64 << stage;
      for (int block = 0; block < blocks[stage]; block++) {
        int stride = stage > 0 && block == 0 ? 2 : 1;
        int channels = net.channels();
        int size = net.size();
        if (block == 0) {
          net.conv(4 * width, 1, stride).at(channels, size);
        }
        net.conv(widening * width, 1, 1).conv(widening * width, 3, stride);
        net.conv(4 * width, 1, 1).add();
      }
    }
    return net.classifier(1000);
  }

  /** Howard et al. 2017, width 1.0. */
  private static List<KernelUse> mobilenetV1(boolean integer) {
    NetworkTable net = new NetworkTable(integer, 3, 224).conv(32, 3, 2);
    int[] widths = {64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024};
    for (int i = 0; i < widths.length; i++) {
      boolean halves = widths[i] > net.channels() && i > 0;
      net.depthwise(3, halves ? 2 : 1).conv(widths[i], 1, 1);
    }
    return net.classifier(1000);
  }

  /** Sandler et al. 2018, width 1.0. */
  private static List<KernelUse> mobilenetV2(boolean integer, int size) {
    NetworkTable net = new NetworkTable(integer, 3, size).conv(32, 3, 2);
    int[][] stages = {
      {1, 16, 1, 1, 3},
      {6, 24, 2, 2, 3},
      {6, 32, 3, 2, 3},
      {6, 64, 4, 2, 3},
      {6, 96, 3, 1, 3},
      {6, 160, 3, 2, 3},
      {6, 320, 1, 1, 3}
    };
    for (int[] stage : stages) {
      inverted(net, stage, stage[1], stage[2]);
    }
    return net.conv(1280, 1, 1).classifier(1000);
  }

  /** Tan and Le 2019 without squeeze-and-excitation; the stem, the head and the ends not scaled. */
  private static List<KernelUse> efficientnetLite(
      boolean integer, double width, double depth, int size) {
    NetworkTable net = new NetworkTable(integer, 3, size).conv(32, 3, 2);
    int[][] stages = {
      {1, 16, 1, 1, 3},
      {6, 24, 2, 2, 3},
      {6, 40, 2, 2, 5},
      {6, 80, 3, 2, 3},
      {6, 112, 3, 1, 5},
      {6, 192, 4, 2, 5},
      {6, 320, 1, 1, 3}
    };
    for (int i = 0; i < stages.length; i++) {
      boolean end = i == 0 || i == stages.length - 1;
      int repeats = end ? stages[i][2] : (int) Math.ceil(stages[i][2] * depth);
      inverted(net, stages[i], rounded(stages[i][1] * width), repeats);
    }
    return net.conv(1280, 1, 1).classifier(1000);
  }

  /** To a multiple of 8, not more than a tenth below. */
  private static int rounded(double channels) {
    int near = Math.max(8, (int) (channels + 4) / 8 * 8);
    return near < 0.9 * channels ? near + 8 : near;
  }

  /** Inverted residuals: expansion, any, any, first stride, kernel. */
  private static void inverted(NetworkTable net, int[] stage, int out, int repeats) {
    for (int block = 0; block < repeats; block++) {
      int in = net.channels();
      int stride = block == 0 ? stage[3] : 1;
      if (stage[0] > 1) {
        net.conv(in * stage[0], 1, 1);
      }
      net.depthwise(stage[4], stride).conv(out, 1, 1);
      if (stride == 1 && in == out) {
        net.add();
      }
    }
  }

  /** Ma et al. 2018, width 1.0; shuffles are priced as concatenations. */
  private static List<KernelUse> shufflenetV2(boolean integer) {
    NetworkTable net = new NetworkTable(integer, 3, 224).conv(24, 3, 2).pool(56);
    int[][] stages = {{116, 4}, {232, 8}, {464, 4}};
    for (int[] stage : stages) {
      int half = stage[0] / 2;
      int in = net.channels();
      int size = net.size();
      net.depthwise(3, 2).conv(half, 1, 1).at(in, size);
      net.conv(half, 1, 1).depthwise(3, 2).conv(half, 1, 1);
      net.at(stage[0], net.size()).concat().concat();
      for (int block = 1; block < stage[1]; block++) {
        net.at(half, net.size()).conv(half, 1, 1).depthwise(3, 1).conv(half, 1, 1);
        net.at(stage[0], net.size()).concat().concat();
      }
    }
    return net.conv(1024, 1, 1).classifier(1000);
  }

  /** Dosovitskiy et al. 2021; Touvron et al. 2021. Twelve blocks; attention in float. */
  private static List<KernelUse> transformer(
      boolean integer, int patch, int tokens, int width, int heads, int outputs) {
    NetworkTable net = new NetworkTable(integer, 3, 224).conv(width, patch, patch);
    int head = width / heads;
    long elements = (long) tokens * width;
    for (int block = 0; block < 12; block++) {
      net.inFloat(Op.OTHER, elements).boundary(Op.QUANTIZE, elements);
      net.product(tokens, width, 3 * width).boundary(Op.DEQUANTIZE, 3 * elements);
      net.activationProduct((long) heads * tokens, head, tokens);
      net.inFloat(Op.ACTIVATION, (long) heads * tokens * tokens);
      net.activationProduct((long) heads * tokens, tokens, head).boundary(Op.QUANTIZE, elements);
      net.product(tokens, width, width).boundary(Op.DEQUANTIZE, elements);
      net.inFloat(Op.ADD, elements).inFloat(Op.OTHER, elements).boundary(Op.QUANTIZE, elements);
      net.product(tokens, width, 4 * width).boundary(Op.DEQUANTIZE, 4 * elements);
      net.inFloat(Op.ACTIVATION, 4 * elements).boundary(Op.QUANTIZE, 4 * elements);
      net.product(tokens, 4 * width, width).boundary(Op.DEQUANTIZE, elements);
      net.inFloat(Op.ADD, elements);
    }
    return net.product(1, width, outputs).end(outputs);
  }
}
