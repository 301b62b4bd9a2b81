package dev.mixtune.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mixtune.engine.UserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TimingLockTest {
  @TempDir Path folder;

  /** Holds the lock until its input ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) {
      new TimingLock(Path.of(arguments[0]), Duration.ofMillis(5), () -> {}, () -> false)
          .hold(
              () -> {
                try {
                  System.out.println("held");
                  return System.in.read();
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
    }
  }

  private Process holder(Path file) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    assertEquals("held", out.readLine());
    return process;
  }

  /** Waits for a process that holds the lock, which ends as {@code end} wants. */
  private void waitsUntil(java.util.function.Consumer<Process> end) throws Exception {
    Path file = folder.resolve("turn.lock");
    Process other = holder(file);
    AtomicInteger waited = new AtomicInteger();
    TimingLock lock =
        new TimingLock(
            file,
            Duration.ofMillis(5),
            () -> {
              waited.incrementAndGet();
              end.accept(other);
            },
            () -> false);

    assertEquals(Duration.ZERO, lock.waited());
    boolean stillHeld = lock.hold(() -> other.isAlive() && waited.get() == 0);

    assertEquals(1, waited.get(), "said once that it waits");
    assertTrue(!stillHeld, "both held the lock");
    Duration first = lock.waited();
    assertTrue(first.toNanos() > 0, "the wait was not counted");
    assertEquals(1, lock.hold(() -> 1));
    assertEquals(first, lock.waited(), "holding it counted as waiting");
    other.destroyForcibly().waitFor();
  }

  @Test
  void waitsForAnotherProcess() throws Exception {
    waitsUntil(
        process -> {
          try {
            process.getOutputStream().close();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void aKilledProcessReleasesIt() throws Exception {
    waitsUntil(Process::destroyForcibly);
  }

  @Test
  void aStopEndsTheWait() throws Exception {
    Path file = folder.resolve("turn.lock");
    Process other = holder(file);
    AtomicBoolean stopped = new AtomicBoolean();
    TimingLock lock =
        new TimingLock(file, Duration.ofMillis(5), () -> stopped.set(true), stopped::get);

    assertThrows(CancellationException.class, () -> lock.hold(() -> 1));

    assertTrue(other.isAlive(), "the other one measures on");
    other.destroyForcibly().waitFor();
    assertEquals(2, lock.hold(() -> 2), "a stop is none for whoever need not wait");
  }

  @Test
  void measurementsMayBeMadeOfSmallerOnes() {
    AtomicInteger waited = new AtomicInteger();
    TimingLock lock =
        new TimingLock(
            folder.resolve("turn.lock"),
            Duration.ofMillis(5),
            waited::incrementAndGet,
            () -> false);

    assertEquals(3, lock.hold(() -> lock.hold(() -> 2) + 1));
    assertEquals(4, lock.hold(() -> 4));
    assertEquals(0, waited.get());
  }

  @Test
  void threadsTakeTurnsToo() throws Exception {
    TimingLock first =
        new TimingLock(folder.resolve("turn.lock"), Duration.ofMillis(2), () -> {}, () -> false);
    TimingLock second =
        new TimingLock(folder.resolve("turn.lock"), Duration.ofMillis(2), () -> {}, () -> false);
    AtomicInteger inside = new AtomicInteger();
    List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (TimingLock lock : List.of(first, second, first, second)) {
      Thread thread =
          new Thread(
              () -> {
                await(start);
                lock.hold(
                    () -> {
                      seen.add(inside.incrementAndGet());
                      Thread.onSpinWait();
                      return inside.decrementAndGet();
                    });
              });
      thread.start();
      threads.add(thread);
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    assertEquals(List.of(1, 1, 1, 1), seen);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void saysWhichFileCannotBeLocked() throws IOException {
    Path blocked = Files.createFile(folder.resolve("file")).resolve("turn.lock");
    TimingLock lock = new TimingLock(blocked, Duration.ofMillis(5), () -> {}, () -> false);

    UserException failure = assertThrows(UserException.class, () -> lock.hold(() -> 1));

    assertTrue(failure.getMessage().contains(blocked.toString()), failure.getMessage());
    assertTrue(failure.getMessage().contains("-Djava.io.tmpdir="), failure.getMessage());
  }
}
