package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.KernelUse;
import java.util.List;

/** Networks of parallel branches, as torchvision builds them. */
final class InceptionNetworks {
  private InceptionNetworks() {}

  /** Szegedy et al. 2014, with 3x3 instead of 5x5 convolutions. */
  static List<KernelUse> googlenet(boolean integer) {
    NetworkTable net = new NetworkTable(integer, 3, 224).conv(64, 7, 2).pool(56);
    net.conv(64, 1, 1).conv(192, 3, 1).pool(28);
    int[][] blocks = {
      {64, 96, 128, 16, 32, 32},
      {128, 128, 192, 32, 96, 64},
      {},
      {192, 96, 208, 16, 48, 64},
      {160, 112, 224, 24, 64, 64},
      {128, 128, 256, 24, 64, 64},
      {112, 144, 288, 32, 64, 64},
      {256, 160, 320, 32, 128, 128},
      {},
      {256, 160, 320, 32, 128, 128},
      {384, 192, 384, 48, 128, 128}
    };
    for (int[] b : blocks) {
      if (b.length == 0) {
        net.pool(net.size() / 2);
        continue;
      }
      int in = net.channels();
      int size = net.size();
      net.conv(b[0], 1, 1).at(in, size);
      net.conv(b[1], 1, 1).conv(b[2], 3, 1).at(in, size);
      net.conv(b[3], 1, 1).conv(b[4], 3, 1).at(in, size);
      net.pool(size).conv(b[5], 1, 1);
      net.at(b[0] + b[2] + b[4] + b[5], size).concat();
    }
    return net.classifier(1000);
  }

  /** Szegedy et al. 2015, 299x299, without the auxiliary classifier. */
  static List<KernelUse> inceptionV3(boolean integer) {
    NetworkTable net = new NetworkTable(integer, 3, 299);
    net.conv(32, 3, 3, 149).conv(32, 3, 3, 147).conv(64, 3, 3, 147).pool(73);
    net.conv(80, 1, 1, 73).conv(192, 3, 3, 71).pool(35);
    for (int pooled : new int[] {32, 64, 64}) {
      first(net, pooled);
    }
    int in = net.channels();
    net.conv(384, 3, 3, 17).at(in, 35);
    net.conv(64, 1, 1).conv(96, 3, 1).conv(96, 3, 3, 17).at(in, 35);
    net.pool(17).at(768, 17).concat();
    for (int width : new int[] {128, 160, 160, 192}) {
      second(net, width);
    }
    net.conv(192, 1, 1).conv(320, 3, 3, 8).at(768, 17);
    net.conv(192, 1, 1).conv(192, 1, 7, 17).conv(192, 7, 1, 17).conv(192, 3, 3, 8).at(768, 17);
    net.pool(8).at(1280, 8).concat();
    third(net);
    third(net);
    return net.classifier(1000);
  }

  private static void first(NetworkTable net, int pooled) {
    int in = net.channels();
    int size = net.size();
    net.conv(64, 1, 1).at(in, size);
    net.conv(48, 1, 1).conv(64, 5, 1).at(in, size);
    net.conv(64, 1, 1).conv(96, 3, 1).conv(96, 3, 1).at(in, size);
    net.pool(size).conv(pooled, 1, 1);
    net.at(224 + pooled, size).concat();
  }

  private static void second(NetworkTable net, int w) {
    int in = net.channels();
    int size = net.size();
    net.conv(192, 1, 1).at(in, size);
    net.conv(w, 1, 1).conv(w, 1, 7, size).conv(192, 7, 1, size).at(in, size);
    net.conv(w, 1, 1).conv(w, 7, 1, size).conv(w, 1, 7, size);
    net.conv(w, 7, 1, size).conv(192, 1, 7, size).at(in, size);
    net.pool(size).conv(192, 1, 1);
    net.at(768, size).concat();
  }

  private static void third(NetworkTable net) {
    int in = net.channels();
    int size = net.size();
    net.conv(320, 1, 1).at(in, size);
    net.conv(384, 1, 1).conv(384, 1, 3, size).at(384, size).conv(384, 3, 1, size).at(in, size);
    net.conv(448, 1, 1).conv(384, 3, 1).conv(384, 1, 3, size).at(384, size);
    net.conv(384, 3, 1, size).at(in, size);
    net.pool(size).conv(192, 1, 1);
    net.at(2048, size).concat();
  }
}
