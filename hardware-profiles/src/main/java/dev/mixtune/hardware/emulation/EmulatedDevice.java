package dev.mixtune.hardware.emulation;

import dev.mixtune.engine.UserException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The devices whose cores can be emulated. */
public enum EmulatedDevice {
  /** Google Pixel 8: Cortex-X3 with dotprod, i8mm and half precision. */
  PIXEL8("pixel8", "max,sme=off,sve=off"),
  /** Raspberry Pi 5: Cortex-A76 with dotprod, without i8mm. */
  RASPBERRYPI5("raspberrypi5", "cortex-a76");

  private final String id;
  private final String processor;

  EmulatedDevice(String id, String processor) {
    this.id = id;
    this.processor = processor;
  }

  /** The name on the command line and of the profile. */
  public String id() {
    return id;
  }

  /** What QEMU's option {@code -cpu} is given. */
  String processor() {
    return processor;
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
                    "Choose one of "
                        + Arrays.stream(values())
                            .map(EmulatedDevice::id)
                            .collect(Collectors.joining(", "))
                        + "."));
  }
}
