package chladni.cuda;

import chladni.engine.backend.MissingBackendException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the libraries of CUDA are looked for, and in which order.
 *
 * @param root of the machine
 */
record LibrarySearch(Path root, Map<String, String> environment) {
  private static final List<String> LISTS = List.of("CHLADNI_CUDA_LIB", "LD_LIBRARY_PATH");
  private static final List<String> USUAL =
      List.of("usr/lib/x86_64-linux-gnu", "usr/lib64", "usr/local/nvidia/lib64");
  private static final String PYTHON = "CHLADNI_CUDA_PYTHON";

  /** A folder, and what named it. */
  record Place(String from, Path folder) {}

  /** In order. */
  List<Place> places() {
    List<Place> places = new ArrayList<>();
    for (String variable : LISTS) {
      for (String part : environment.getOrDefault(variable, "").split(":")) {
        if (!part.isBlank()) {
          places.add(new Place(variable, Path.of(part)));
        }
      }
    }
    USUAL.forEach(folder -> places.add(new Place("the usual place", root.resolve(folder))));
    for (Path folder : matching(root.resolve("usr/local"), "cuda*", "lib64")) {
      places.add(new Place("the usual place", folder));
    }
    String python = environment.getOrDefault(PYTHON, "");
    if (!python.isBlank()) {
      // Where PyTorch's wheels keep cuDNN and cuBLAS.
      for (Path site : matching(Path.of(python, "lib"), "python*", "site-packages/nvidia")) {
        matching(site, "*", "lib").forEach(folder -> places.add(new Place(PYTHON, folder)));
      }
    }
    return places;
  }

  Optional<Path> find(String library) {
    return places().stream()
        .map(place -> place.folder().resolve(library))
        .filter(Files::exists)
        .findFirst();
  }

  /** The variables that are read, those without a value named so, and then all folders in order. */
  String describe() {
    List<String> parts = new ArrayList<>();
    String last = "";
    for (Place place : places()) {
      parts.add(
          place.from().equals(last)
              ? place.folder().toString()
              : place.from() + " " + place.folder());
      last = place.from();
    }
    for (String variable : List.of("CHLADNI_CUDA_LIB", "LD_LIBRARY_PATH", PYTHON)) {
      if (parts.stream().noneMatch(part -> part.startsWith(variable))) {
        parts.add(variable + " (names none)");
      }
    }
    return String.join(", ", parts);
  }

  /** {@code inner} in each folder of a name that matches, the last name first. */
  private static List<Path> matching(Path in, String glob, String inner) {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(in)) {
      try (var entries = Files.newDirectoryStream(in, glob)) {
        entries.forEach(entry -> found.add(entry.resolve(inner)));
      } catch (IOException e) {
        throw new MissingBackendException(
            "cuda: %s cannot be searched for libraries: %s.".formatted(in, e), e);
      }
    }
    found.removeIf(folder -> !Files.isDirectory(folder));
    found.sort(Comparator.reverseOrder());
    return found;
  }
}
