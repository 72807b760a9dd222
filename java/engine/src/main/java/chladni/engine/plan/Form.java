package chladni.engine.plan;

import java.util.LinkedHashMap;
import java.util.Map;

/** A linear form over the axes of a space: {@code offset + sum(factor * axis)}. */
record Form(long offset, Map<Atom, Long> factors) {
  static final Form ZERO = new Form(0, Map.of());

  /** The two parts of a form divided by a number. */
  record Division(Form quotient, Form remainder) {}

  static Form of(Atom atom) {
    return atom.extent() == 1 ? ZERO : new Form(0, Map.of(atom, 1L));
  }

  Form plus(long addend) {
    return new Form(offset + addend, factors);
  }

  /** {@code this + factor * other}. */
  Form plus(Form other, long factor) {
    Map<Atom, Long> sum = new LinkedHashMap<>(factors);
    other.factors.forEach((atom, f) -> sum.merge(atom, f * factor, Long::sum));
    return new Form(offset + other.offset * factor, sum).settled();
  }

  /** The same form over axes that are no longer split. */
  Form settled() {
    if (factors.keySet().stream().noneMatch(Atom::isSplit)) {
      return this;
    }
    Map<Atom, Long> fine = new LinkedHashMap<>();
    factors.forEach(
        (atom, f) -> {
          if (atom.isSplit()) {
            fine.merge(atom.outer(), f * atom.inner().extent(), Long::sum);
            fine.merge(atom.inner(), f, Long::sum);
          } else {
            fine.merge(atom, f, Long::sum);
          }
        });
    return new Form(offset, fine).settled();
  }

  long factor(Atom atom) {
    return factors.getOrDefault(atom, 0L);
  }

  /**
   * Quotient and remainder by {@code divisor} as forms, splitting axes where that makes them
   * linear; null where they are not. An axis with a negative factor counts from its end: there the
   * form is {@code least()}, from which every axis takes it upward.
   */
  Division divide(long divisor) {
    if (divisor == 1) {
      return new Division(this, ZERO);
    }
    Form form = settled();
    for (Atom atom = form.straddling(divisor); atom != null; atom = form.straddling(divisor)) {
      long step = Math.abs(form.factor(atom));
      long inner = divisor / step;
      if (divisor % step != 0 || atom.extent() % inner != 0) {
        return null;
      }
      atom.split((int) inner);
      form = form.settled();
    }
    Map<Atom, Long> high = new LinkedHashMap<>();
    Map<Atom, Long> low = new LinkedHashMap<>();
    long least = form.least();
    long most = least % divisor;
    for (Map.Entry<Atom, Long> e : form.factors.entrySet()) {
      if (e.getValue() % divisor == 0) {
        high.put(e.getKey(), e.getValue() / divisor);
      } else {
        low.put(e.getKey(), e.getValue());
        most += Math.abs(e.getValue()) * (e.getKey().extent() - 1);
      }
    }
    return most >= divisor
        ? null
        : new Division(from(least / divisor, high), from(least % divisor, low));
  }

  /** The smallest value over the space. */
  private long least() {
    return offset + downward(factors);
  }

  /** The form with these factors whose smallest value is {@code least}. */
  private static Form from(long least, Map<Atom, Long> factors) {
    return new Form(least - downward(factors), factors);
  }

  private static long downward(Map<Atom, Long> factors) {
    return factors.entrySet().stream()
        .mapToLong(e -> Math.min(e.getValue(), 0) * (e.getKey().extent() - 1))
        .sum();
  }

  /** An axis that contributes to both quotient and remainder, or null. */
  private Atom straddling(long divisor) {
    for (Map.Entry<Atom, Long> e : factors.entrySet()) {
      long step = Math.abs(e.getValue());
      if (step % divisor != 0 && step * (e.getKey().extent() - 1) >= divisor) {
        return e.getKey();
      }
    }
    return null;
  }
}
