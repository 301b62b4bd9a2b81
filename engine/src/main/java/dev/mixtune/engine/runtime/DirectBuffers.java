package dev.mixtune.engine.runtime;

import dev.mixtune.engine.UserException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memory outside the heap that inputs are fed from, lent again and again: what is thrown away there
 * stays until the garbage collector happens to pass. Thread-safe.
 */
public final class DirectBuffers {
  /** Not lent, from small to large; never more than were lent at the same time. */
  private final List<ByteBuffer> free = new ArrayList<>();

  /**
   * Lends a buffer.
   *
   * @param bytes needed
   * @return at least that large and in this machine's byte order; the borrower gives it back
   * @throws UserException when Java may not take so much outside its heap
   */
  public ByteBuffer lend(int bytes) {
    ByteBuffer known = take(bytes);
    return known == null ? allocated(bytes) : known;
  }

  private static ByteBuffer allocated(int bytes) {
    try {
      return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    } catch (OutOfMemoryError e) {
      throw new UserException(
          bytes + " bytes of memory outside of Java's heap were refused: " + e.getMessage(),
          "Allow more by MIXTUNE_JAVA_OPTS=-XX:MaxDirectMemorySize=4g, or bring a larger machine.",
          e);
    }
  }

  private synchronized @Nullable ByteBuffer take(int bytes) {
    for (int i = 0; i < free.size(); i++) {
      if (free.get(i).capacity() >= bytes) {
        return free.remove(i);
      }
    }
    if (!free.isEmpty()) {
      // The new, larger one takes its place.
      free.remove(free.size() - 1);
    }
    return null;
  }

  /** Takes a buffer back that nobody reads or writes any more. */
  public synchronized void giveBack(ByteBuffer buffer) {
    buffer.clear();
    int place = 0;
    while (place < free.size() && free.get(place).capacity() < buffer.capacity()) {
      place++;
    }
    free.add(place, buffer);
  }
}
