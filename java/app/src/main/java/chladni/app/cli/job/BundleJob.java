package chladni.app.cli.job;

import chladni.app.bundle.GpuBundle;
import chladni.app.cli.Bundle;
import chladni.app.cli.Terminal;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code bundle}: from the checkout that this process runs in. */
public final class BundleJob {
  private BundleJob() {}

  public static void run(Bundle.Request request, Terminal terminal) throws IOException {
    if (Files.exists(request.out()) && !request.force()) {
      throw new JobException(
          request.out() + ": it exists already. Add --force to replace it, or choose another name.");
    }
    GpuBundle.write(checkout(), request.out());
    terminal.out().printf("%s %,d bytes%n", request.out(), Files.size(request.out()));
  }

  private static Path checkout() {
    Path from;
    try {
      from =
          Path.of(BundleJob.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    for (Path home = from; home != null; home = home.getParent()) {
      if (Files.exists(home.resolve("tests/gpu/pom.xml"))) {
        return home;
      }
    }
    throw new JobException(
        "bundle: it is made from Chladni's sources, and %s is not among them. Run it in a checkout."
            .formatted(from));
  }
}
