package dev.mixtune.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Text in UTF-8 on its way to a terminal. Names come from models and data: control characters in
 * them, with which a terminal can be made to do things, become question marks. Line ends, carriage
 * returns and tabs pass.
 */
final class TerminalStream extends FilterOutputStream {
  private static final int ESCAPE_END = 0x20;
  private static final int DELETE = 0x7f;
  private static final int LEAD_OF_C1 = 0xc2;
  private static final int LAST_C1 = 0x9f;

  private boolean afterLead;

  TerminalStream(OutputStream out) {
    super(out);
  }

  @Override
  public void write(int b) throws IOException {
    int value = b & 0xff;
    if (afterLead) {
      // U+0080 to U+009F are control characters too; what they were stays two bytes of UTF-8.
      afterLead = false;
      out.write(value <= LAST_C1 ? 0xbf : value);
      return;
    }
    afterLead = value == LEAD_OF_C1;
    boolean layout = value == '\n' || value == '\r' || value == '\t';
    out.write((value < ESCAPE_END && !layout) || value == DELETE ? '?' : value);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    for (int i = 0; i < length; i++) {
      write(bytes[offset + i]);
    }
  }
}
