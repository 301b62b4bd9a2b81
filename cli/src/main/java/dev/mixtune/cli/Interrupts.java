package dev.mixtune.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;

/**
 * Turns Ctrl-C and SIGTERM into a request to stop: the study ends early, writes what it has, and
 * the process exits with 130.
 *
 * <p>A shutdown hook would come too late: ONNX Runtime's own hook closes its environment at the
 * same time, and nothing could be scored or written any more. So the signals themselves are caught,
 * by reflection, because the class has no supported name.
 */
final class Interrupts {
  /** The chosen file is written first; plots and page may take longer than a scheduler waits. */
  private static final long PATIENCE_SECONDS = 25;

  private final AtomicBoolean requested = new AtomicBoolean();
  private final CountDownLatch written = new CountDownLatch(1);

  /** Listens until the process ends. */
  static Interrupts listen() {
    Interrupts interrupts = new Interrupts();
    handle(interrupts::onSignal);
    return interrupts;
  }

  /** From now on the signals do nothing. */
  static void ignore() {
    handle(() -> {});
  }

  AtomicBoolean requested() {
    return requested;
  }

  /** Everything is written and reported. */
  void done() {
    written.countDown();
  }

  private static void handle(Runnable action) {
    for (String signal : new String[] {"INT", "TERM"}) {
      handle(signal, action);
    }
  }

  private static void handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                  return null;
                }
                return method.invoke(action, arguments);
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
      LoggerFactory.getLogger(Interrupts.class).info("SIG{} is not caught: {}", name, cause + "");
    }
  }

  /** Runs on a thread of the JVM's own for each signal. */
  private void onSignal() {
    if (requested.getAndSet(true)) {
      Runtime.getRuntime().halt(ExitCodes.STOPPED); // Asked twice: now.
    }
    try {
      if (!written.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println(
            "tune: not everything could be written within "
                + PATIENCE_SECONDS
                + " s; ./tune resume goes on");
        Runtime.getRuntime().halt(ExitCodes.STOPPED);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
