package dev.mixtune.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.FileAppender;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** Sends log messages to a study's {@code tune.log}, and nowhere else. */
final class LogFile {
  private LogFile() {}

  /** Silences the console. */
  static void quiet() {
    root().detachAndStopAllAppenders();
    root().setLevel(Level.INFO);
  }

  /** From now on messages are appended to this file. */
  static void open(Path file) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(
        "%date{yyyy-MM-dd'T'HH:mm:ss.SSS} %-5level %logger{0} -"
            + " %replace(%message){'[\\x00-\\x08\\x0b-\\x1f\\x7f]', '?'}%n%ex");
    encoder.start();
    FileAppender<ILoggingEvent> appender = new FileAppender<>();
    appender.setContext(context);
    appender.setFile(file.toString());
    appender.setEncoder(encoder);
    appender.start();
    quiet();
    root().addAppender(appender);
  }

  /** The file that messages go to now, if any. */
  static Optional<Path> current() {
    Iterator<Appender<ILoggingEvent>> appenders = root().iteratorForAppenders();
    while (appenders.hasNext()) {
      if (appenders.next() instanceof FileAppender<ILoggingEvent> file) {
        return Optional.of(Path.of(file.getFile()));
      }
    }
    return Optional.empty();
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }
}
