package dev.mixtune.cli;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Damages files, by seed. */
final class Mutations {
  private static final byte[][] INTERESTING = {
    {0}, {-1}, {127}, {-128}, {-1, -1, -1, -1}, {-1, -1, -1, 127}, {0, 0, 0, 0, 0, 0, 0, -128}
  };

  /** What text formats are sensitive to. */
  private static final String[] WORDS = {
    "-1",
    "0",
    "1e999",
    "NaN",
    "99999999999999999999",
    "2147483648",
    "../../../etc/passwd",
    "null",
    "[[[[[[[[",
    "{{{{{{{{",
    "&a *a",
    "!!java.net.URL x",
    "\u0000",
    "\u001b[2J",
    "\"",
    "'",
    ",,,",
    "\n\n",
    "\ud83d\ude00",
    "true",
    "~",
    ": ",
    "- - - -"
  };

  private Mutations() {}

  /** The content with one to eight changes. */
  static byte[] of(byte[] content, Random random) {
    byte[] changed = content.clone();
    for (int i = 1 + random.nextInt(8); i > 0 && changed.length > 0; i--) {
      changed = change(changed, random);
    }
    return changed;
  }

  private static byte[] change(byte[] content, Random random) {
    int at = random.nextInt(content.length);
    int length = Math.min(content.length - at, 1 + random.nextInt(16));
    return switch (random.nextInt(7)) {
      case 0 -> flipped(content, at, random);
      case 1 -> replaced(content, at, 1, new byte[] {(byte) random.nextInt()});
      case 2 -> replaced(content, at, length, new byte[0]);
      case 3 -> replaced(content, at, 0, Arrays.copyOfRange(content, at, at + length));
      case 4 -> replaced(content, at, length, INTERESTING[random.nextInt(INTERESTING.length)]);
      case 5 ->
          replaced(
              content,
              at,
              length,
              WORDS[random.nextInt(WORDS.length)].getBytes(StandardCharsets.UTF_8));
      default -> random.nextInt(4) == 0 ? Arrays.copyOf(content, at) : flipped(content, at, random);
    };
  }

  private static byte[] flipped(byte[] content, int at, Random random) {
    byte[] changed = content.clone();
    changed[at] ^= (byte) (1 << random.nextInt(8));
    return changed;
  }

  private static byte[] replaced(byte[] content, int at, int length, byte[] by) {
    byte[] changed = Arrays.copyOf(content, content.length - length + by.length);
    System.arraycopy(by, 0, changed, at, by.length);
    System.arraycopy(content, at + length, changed, at + by.length, content.length - at - length);
    return changed;
  }
}
