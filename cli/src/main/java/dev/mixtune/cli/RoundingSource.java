package dev.mixtune.cli;

import dev.mixtune.engine.fitting.FittingSettings;
import dev.mixtune.engine.rounding.RoundingMethod;
import dev.mixtune.engine.rounding.RoundingMethods;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the rounded weights of a figure come from.
 *
 * @param name in the table and on the command line
 * @param kind how the weights are made
 */
record RoundingSource(String name, Kind kind) {

  /** How weights are made. */
  enum Kind {
    /** From the weights alone. */
    PLAIN,
    /** Fitted to calibration samples by one method only. */
    ONE_FITTED,
    /** As the library, with learned rounding among its methods. */
    LEARNED,
    /** The library of a study: the best method for each layer and width. */
    LIBRARY,
    /** As the library, but for this very plan. */
    IN_CONTEXT
  }

  static final RoundingSource LIBRARY = new RoundingSource("library", Kind.LIBRARY);
  static final RoundingSource IN_CONTEXT = new RoundingSource("context", Kind.IN_CONTEXT);

  /** All that is compared where nothing is asked for, in the order of the table. */
  static final List<RoundingSource> ALL = all();

  /** The library with one method more; compared only where it is asked for: it takes long. */
  static final RoundingSource LEARNED = new RoundingSource("learned", Kind.LEARNED);

  /** Everything that can be asked for. */
  static final List<RoundingSource> KNOWN =
      Stream.concat(ALL.stream(), Stream.of(LEARNED)).toList();

  private static List<RoundingSource> all() {
    List<RoundingSource> all = new ArrayList<>();
    for (RoundingMethod method : RoundingMethods.all()) {
      all.add(new RoundingSource(method.name(), Kind.PLAIN));
    }
    for (String method : FittingSettings.fittedMethods()) {
      all.add(new RoundingSource(method, Kind.ONE_FITTED));
    }
    all.add(LIBRARY);
    all.add(IN_CONTEXT);
    return List.copyOf(all);
  }

  /** The names, for the help. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return KNOWN.stream().map(RoundingSource::name).iterator();
    }
  }
}
