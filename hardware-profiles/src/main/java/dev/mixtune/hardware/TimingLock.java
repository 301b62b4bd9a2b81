package dev.mixtune.hardware;

import dev.mixtune.engine.UserException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets one study at a time measure on a machine: two that time inferences side by side would each
 * measure the other.
 *
 * <p>Between processes it is an advisory lock on a file, which the operating system releases
 * however the process ends; within a process it is re-entrant, so that a measurement may be made of
 * smaller ones. Threads of one process exclude each other too.
 */
public final class TimingLock {
  private final Path file;
  private final Duration patience;
  private final Runnable waiting;
  private final BooleanSupplier stop;
  private final ReentrantLock threads = new ReentrantLock(/* fair= */ true);
  private final AtomicLong waitedNanos = new AtomicLong();

  /**
   * A lock, not taken.
   *
   * @param file the same one for all processes of a machine; made when missing, never deleted
   * @param patience between two looks at a lock that another process holds
   * @param waiting called once each time that the lock is found taken, before waiting
   * @param stop asked at each look; when true the wait is given up
   */
  public TimingLock(Path file, Duration patience, Runnable waiting, BooleanSupplier stop) {
    this.file = file;
    this.patience = patience;
    this.waiting = waiting;
    this.stop = stop;
  }

  /**
   * How long other processes were waited for so far, all waits together: time in which nothing was
   * measured, whatever a clock says.
   */
  public Duration waited() {
    return Duration.ofNanos(waitedNanos.get());
  }

  /**
   * Does something while no other process measures.
   *
   * @throws UserException when the file cannot be opened, or the thread is interrupted while it
   *     waits
   * @throws CancellationException when it is asked to stop while it waits
   */
  public <T> T hold(Supplier<T> measurement) {
    boolean own = threads.isHeldByCurrentThread();
    threads.lock();
    try {
      return own ? measurement.get() : locked(measurement);
    } finally {
      threads.unlock();
    }
  }

  private <T> T locked(Supplier<T> measurement) {
    try (FileChannel channel = open();
        FileLock lock = acquire(channel)) {
      if (!lock.isValid()) {
        throw new IOException("the lock was lost at once");
      }
      return measurement.get();
    } catch (IOException e) {
      throw new UserException(
          "cannot lock '" + file + "', which keeps two studies from timing at once: " + e,
          "Make its folder writable, or name another one with -Djava.io.tmpdir=DIR in"
              + " MIXTUNE_JAVA_OPTS",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserException(
          "interrupted while another study was timing on this machine", "Run it again", e);
    }
  }

  private FileChannel open() throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    try {
      // Creating what another user made is refused in shared temporary folders; opening is not.
      return FileChannel.open(file, StandardOpenOption.WRITE);
    } catch (NoSuchFileException e) {
      FileChannel made =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      shareWithOtherUsers();
      return made;
    }
  }

  /** Whatever the umask is; where permissions are of another kind, the system's own rule stays. */
  private void shareWithOtherUsers() throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view != null) {
      view.setPermissions(PosixFilePermissions.fromString("rw-rw-rw-"));
    }
  }

  private FileLock acquire(FileChannel channel) throws IOException, InterruptedException {
    FileLock lock = tryLock(channel);
    if (lock != null) {
      return lock;
    }
    long begin = System.nanoTime();
    waiting.run();
    try {
      while (lock == null) {
        if (stop.getAsBoolean()) {
          throw new CancellationException("stopped while another study was timing on this machine");
        }
        Thread.sleep(patience.toMillis());
        lock = tryLock(channel);
      }
      return lock;
    } finally {
      waitedNanos.addAndGet(System.nanoTime() - begin);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Another lock object of this process: as good as another process.
      return null;
    }
  }
}
