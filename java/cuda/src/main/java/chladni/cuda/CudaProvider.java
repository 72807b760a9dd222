package chladni.cuda;

import chladni.engine.backend.Backend;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.BackendProvider;
import chladni.engine.backend.Requirement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Offers the GPU under the name {@code cuda}. */
public final class CudaProvider implements BackendProvider {
  private final CudaLibraries libraries;
  private final ChoiceFolder choices;

  /** On this machine. */
  public CudaProvider() {
    this(Path.of("/"), System.getenv());
  }

  /** On a machine that is laid out below a folder, with these variables. */
  public CudaProvider(Path root, Map<String, String> environment) {
    libraries = new CudaLibraries(new LibrarySearch(root, environment));
    choices = ChoiceFolder.of(environment);
  }

  @Override
  public String name() {
    return "cuda";
  }

  /** It must be asked for by name until it has been measured on a card. */
  @Override
  public int priority() {
    return -1;
  }

  @Override
  public Backend open(BackendOptions options) {
    return new CudaBackend(libraries, choices, options);
  }

  @Override
  public List<Requirement> requirements() {
    List<Requirement> list = new ArrayList<>(libraries.requirements());
    list.add(Kernels.requirement());
    list.add(Requirement.met("choices", choices.describe()));
    return list;
  }
}
