import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Makes pictures with text in them, for models that find and read text: words drawn over parts of
 * photographs. One file, no dependency: {@code java DrawText.java PHOTOS TEXTS OUT [COUNT]}.
 *
 * <p>PHOTOS is a folder of pictures, TEXTS a file with sentences (what stands in front of the last
 * tab of a line is passed over). OUT gets {@code det} (224 x 224, several lines), {@code rec}
 * (320 x 48, one line) and {@code cls} (192 x 48, every second one upside down).
 */
final class DrawText {
  private final List<Path> photos;
  private final List<String> texts;
  private final Random random = new Random(1);

  private DrawText(List<Path> photos, List<String> texts) {
    this.photos = photos;
    this.texts = texts;
  }

  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 3) {
      System.err.println("java DrawText.java PHOTOS TEXTS OUT [COUNT]");
      System.exit(2);
    }
    List<Path> photos;
    try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
      photos = files.filter(file -> file.toString().endsWith(".jpg")).sorted().toList();
    }
    List<String> texts =
        Files.readAllLines(Path.of(arguments[1])).stream()
            .map(line -> line.substring(line.lastIndexOf('\t') + 1))
            .toList();
    int count = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 160;
    new DrawText(photos, texts).write(Path.of(arguments[2]), count);
  }

  private void write(Path out, int count) throws IOException {
    for (String name : List.of("det", "rec", "cls")) {
      Files.createDirectories(out.resolve(name));
    }
    for (int i = 0; i < count; i++) {
      BufferedImage photo = ImageIO.read(photos.get(i % photos.size()).toFile());
      save(found(part(photo, 224, 224)), out.resolve("det"), i);
      save(line(part(photo, 320, 48)), out.resolve("rec"), i);
      BufferedImage line = line(part(photo, 192, 48));
      save(i % 2 == 0 ? line : turned(line), out.resolve("cls"), i);
    }
  }

  /** A part of a photograph, drawn on a picture of its own. */
  private BufferedImage part(BufferedImage photo, int width, int height) {
    double zoom = Math.max((double) width / photo.getWidth(), (double) height / photo.getHeight());
    double scale = zoom * (1 + random.nextDouble());
    int left = random.nextInt(1 + (int) (photo.getWidth() * scale - width));
    int top = random.nextInt(1 + (int) (photo.getHeight() * scale - height));
    BufferedImage part = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = part.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.translate(-left, -top);
    graphics.scale(scale, scale);
    graphics.drawImage(photo, 0, 0, null);
    graphics.dispose();
    return part;
  }

  /** Several lines, at places of their own. */
  private BufferedImage found(BufferedImage picture) {
    int lines = 2 + random.nextInt(2);
    for (int i = 0; i < lines; i++) {
      int size = 14 + random.nextInt(20);
      int room = picture.getHeight() / lines;
      write(picture, words(3), size, 8 + random.nextInt(40), i * room + room / 2 + size / 2);
    }
    return picture;
  }

  /** One line that fills the picture. */
  private BufferedImage line(BufferedImage picture) {
    String words = words(picture.getWidth() / 80);
    Graphics2D graphics = picture.createGraphics();
    Rectangle2D bounds = font(32).getStringBounds(words, graphics.getFontRenderContext());
    graphics.dispose();
    int size = (int) Math.min(32, 32 * (picture.getWidth() - 12) / bounds.getWidth());
    write(picture, words, size, 6, picture.getHeight() / 2 + size / 3);
    return picture;
  }

  private void write(BufferedImage picture, String words, int size, int x, int y) {
    Graphics2D graphics = picture.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setFont(font(size));
    Rectangle2D box =
        graphics.getFont().getStringBounds(words, graphics.getFontRenderContext());
    boolean dark = random.nextBoolean();
    // A veil behind the words: letters on mere photographs would often be illegible to anyone.
    graphics.setColor(dark ? new Color(255, 255, 255, 150) : new Color(0, 0, 0, 150));
    graphics.fillRect(x - 3, (int) (y + box.getY()), (int) box.getWidth() + 6, (int) box.getHeight());
    graphics.setColor(dark ? new Color(20, 20, random.nextInt(120)) : Color.WHITE);
    graphics.drawString(words, x, y);
    graphics.dispose();
  }

  private static Font font(int size) {
    return new Font(Font.SANS_SERIF, Font.PLAIN, size);
  }

  private String words(int most) {
    List<String> words = new ArrayList<>(List.of(texts.get(random.nextInt(texts.size())).split(" ")));
    int first = random.nextInt(Math.max(1, words.size() - most));
    return String.join(" ", words.subList(first, Math.min(words.size(), first + most)));
  }

  private static BufferedImage turned(BufferedImage picture) {
    int width = picture.getWidth();
    int height = picture.getHeight();
    BufferedImage turned = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        turned.setRGB(width - 1 - x, height - 1 - y, picture.getRGB(x, y));
      }
    }
    return turned;
  }

  private static void save(BufferedImage picture, Path folder, int index) throws IOException {
    ImageIO.write(picture, "png", folder.resolve(String.format("%04d.png", index)).toFile());
  }
}
