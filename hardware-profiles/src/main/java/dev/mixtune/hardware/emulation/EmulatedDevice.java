package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.UserException;
import java.util.Arrays;
import java.util.List;

/**
 * The cores that can be emulated. Cores that execute the same instructions are one emulated
 * machine, and what is counted on it holds for each of them.
 */
public enum EmulatedDevice {
  /** Google Pixel 8, its one fast core: Cortex-X3 with dotprod, i8mm and half precision. */
  PIXEL8("pixel8", Machine.TENSOR_G3, "Google Pixel 8 (Tensor G3), one Cortex-X3 core"),
  /** Google Pixel 8, one of its four middle cores: the same instructions. */
  PIXEL8_A715("pixel8-a715", Machine.TENSOR_G3, "Google Pixel 8 (Tensor G3), one Cortex-A715 core"),
  /** Google Pixel 8, one of its four small cores: the same instructions, executed in order. */
  PIXEL8_A510("pixel8-a510", Machine.TENSOR_G3, "Google Pixel 8 (Tensor G3), one Cortex-A510 core"),
  /** Raspberry Pi 5: Cortex-A76 with dotprod, without i8mm. */
  RASPBERRYPI5("raspberrypi5", Machine.BCM2712, "Raspberry Pi 5, one Cortex-A76 core");

  /** What QEMU and ONNX Runtime see, whichever core is meant. */
  private enum Machine {
    TENSOR_G3("pixel8", "max,sme=off,sve=off"),
    BCM2712("raspberrypi5", "cortex-a76");

    private final String id;
    private final String processor;

    Machine(String id, String processor) {
      this.id = id;
      this.processor = processor;
    }
  }

  private final String id;
  private final Machine machine;
  private final String title;

  EmulatedDevice(String id, Machine machine, String title) {
    this.id = id;
    this.machine = machine;
    this.title = title;
  }

  /** The name on the command line and of the profile. */
  public String id() {
    return id;
  }

  /** The names of all devices, in the order in which they are offered. */
  public static List<String> ids() {
    return Arrays.stream(values()).map(EmulatedDevice::id).toList();
  }

  /** The name of the emulated machine; devices of one machine share their counts. */
  public String machine() {
    return machine.id;
  }

  /** What QEMU's option {@code -cpu} is given. */
  String processor() {
    return machine.processor;
  }

  /** What the core can do. */
  ArmCore core() {
    return switch (this) {
      case PIXEL8 -> ArmCore.X3;
      case PIXEL8_A715 -> ArmCore.A715;
      case PIXEL8_A510 -> ArmCore.A510;
      case RASPBERRYPI5 -> ArmCore.A76;
    };
  }

  /** The device and its core, without the article. */
  String title() {
    return title;
  }

  /** The file of the folder evidence with the shipped counts. */
  String evidence() {
    return machine() + "-counts.csv";
  }

  /**
   * The device of this name.
   *
   * @throws UserException when there is none
   */
  public static EmulatedDevice named(String name) {
    return Arrays.stream(values())
        .filter(device -> device.id.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UserException(
                    "--emulate '" + name + "' is no device that can be emulated",
                    "Choose one of " + String.join(", ", ids()) + "."));
  }
}
