package chladni.engine.backend;

import chladni.engine.api.Experimental;

/**
 * Something that a backend needs of the machine, found or not.
 *
 * @param subject what it is
 * @param text where it was found and in which version, or what is missing
 * @param fix what to do about it; empty when nothing is missing
 */
@Experimental
public record Requirement(String subject, String text, String fix) {
  public static Requirement met(String subject, String text) {
    return new Requirement(subject, text, "");
  }

  public static Requirement unmet(String subject, String text, String fix) {
    return new Requirement(subject, text, fix);
  }

  public boolean isMet() {
    return fix.isEmpty();
  }
}
