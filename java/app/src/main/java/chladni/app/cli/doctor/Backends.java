package chladni.app.cli.doctor;

import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.BackendProvider;
import chladni.engine.backend.Requirement;
import chladni.engine.error.EngineException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Which backends open on this machine; each is opened to find out. */
final class Backends {
  private static final String OTHERS = "Other backends are used meanwhile.";

  private Backends() {}

  /** One finding per backend on the class path, in the order in which {@code auto} tries them. */
  static List<Finding> onClassPath(ClassLoader loader) {
    List<BackendProvider> providers =
        ServiceLoader.load(BackendProvider.class, loader).stream()
            .map(ServiceLoader.Provider::get)
            .sorted(Comparator.comparingInt(BackendProvider::priority).reversed())
            .toList();
    List<Finding> findings = new ArrayList<>();
    for (BackendProvider provider : providers) {
      findings.add(open(provider));
      findings.addAll(requirements(provider));
    }
    if (findings.stream().noneMatch(f -> f.level() == Finding.Level.OK)) {
      findings.add(
          Finding.problem(
              "backends", "none opens", "Delete java/app/target and start ./chladni again."));
    }
    return findings;
  }

  static List<Finding> requirements(BackendProvider provider) {
    try {
      return provider.requirements().stream().map(r -> finding(provider, r)).toList();
    } catch (EngineException e) {
      return List.of(Finding.note(provider.name(), e.getMessage(), OTHERS));
    }
  }

  private static Finding finding(BackendProvider provider, Requirement requirement) {
    String subject = provider.name() + " " + requirement.subject();
    return requirement.isMet()
        ? Finding.ok(subject, requirement.text())
        : Finding.note(subject, requirement.text(), requirement.fix());
  }

  static Finding open(BackendProvider provider) {
    String subject = "backend " + provider.name();
    try (Backend backend = provider.open(BackendOptions.DEFAULT)) {
      String asked = provider.priority() < 0 ? "; taken only when --device names it" : "";
      return Finding.ok(
          subject,
          "%s; computes in %s%s"
              .formatted(
                  backend.description(),
                  backend.precisions().stream().map(Enum::name).collect(Collectors.joining(", ")),
                  asked));
    } catch (EngineException | LinkageError e) {
      return Finding.note(
          subject, "does not open: " + e.getMessage(), OTHERS);
    }
  }
}
