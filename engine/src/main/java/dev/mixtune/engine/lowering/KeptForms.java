package dev.mixtune.engine.lowering;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.function.Supplier;

/**
 * Forms of weights that are made once for all plans: a search lowers thousands of plans from the
 * same few rounded tensors. What takes more memory than it may is made each time. Thread-safe.
 */
final class KeptForms implements StoredForm.Source {
  private final long mostBytes;

  /** By weight and shape. Weights that were made for one plan alone are forgotten. */
  private final Map<Object, Map<List<Long>, StoredForm>> forms = new WeakHashMap<>();

  private long bytes;

  /**
   * @param mostBytes of all forms together
   */
  KeptForms(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  @Override
  public StoredForm of(Object weight, List<Long> shape, Supplier<StoredForm> made) {
    Optional<StoredForm> known = known(weight, shape);
    // Made outside of the lock: two threads may make the same form, and one is kept.
    return known.isPresent() ? known.get() : kept(weight, shape, made.get());
  }

  private synchronized Optional<StoredForm> known(Object weight, List<Long> shape) {
    return Optional.ofNullable(forms.getOrDefault(weight, Map.of()).get(shape));
  }

  private synchronized StoredForm kept(Object weight, List<Long> shape, StoredForm form) {
    if (form.bytes() > mostBytes - bytes) {
      // What was made for one plan alone may be gone.
      bytes =
          forms.values().stream()
              .flatMap(f -> f.values().stream())
              .mapToLong(StoredForm::bytes)
              .sum();
      if (form.bytes() > mostBytes - bytes) {
        return form;
      }
    }
    StoredForm earlier =
        forms.computeIfAbsent(weight, key -> new HashMap<>()).putIfAbsent(shape, form);
    bytes += earlier == null ? form.bytes() : 0;
    return earlier == null ? form : earlier;
  }
}
