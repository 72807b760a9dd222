package chladni.tests.packaging;

import static java.util.stream.Collectors.joining;

import chladni.engine.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.InnerClassInfo;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.AccessFlag;
import java.net.URI;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What code elsewhere can be compiled against: every public or protected name in the packages that a
 * module exports, one line each. Left out is what {@code @Experimental} marks, with what it encloses
 * and what extends it.
 */
final class PublicApi {
  private static final String EXPERIMENTAL = "Lchladni/engine/api/Experimental;";

  private final Map<String, ClassModel> classes = new HashMap<>();
  private final Set<String> exported = new TreeSet<>();
  private final Set<String> lines = new TreeSet<>();

  private PublicApi(Path folder) throws IOException {
    try (InputStream in = Files.newInputStream(folder.resolve("module-info.class"))) {
      ModuleDescriptor.read(in).exports().stream()
          .filter(e -> !e.isQualified())
          .forEach(e -> exported.add(e.source().replace('.', '/')));
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(f -> f.toString().endsWith(".class")).toList()) {
        ClassModel model = ClassFile.of().parse(file);
        classes.put(model.thisClass().asInternalName(), model);
      }
    }
  }

  /** Those of the engine, wherever this process has it from. */
  static List<String> ofEngine() throws IOException {
    URL place = Engine.class.getProtectionDomain().getCodeSource().getLocation();
    return of(Path.of(URI.create(place.toString())));
  }

  /** The sorted lines of the module whose compiled classes lie in a folder or a jar. */
  static List<String> of(Path classes) throws IOException {
    if (Files.isDirectory(classes)) {
      return lines(classes);
    }
    try (FileSystem jar = FileSystems.newFileSystem(classes)) {
      return lines(jar.getPath("/"));
    }
  }

  private static List<String> lines(Path folder) throws IOException {
    PublicApi api = new PublicApi(folder);
    api.classes.values().stream().filter(api::isPromised).forEach(api::add);
    return List.copyOf(api.lines);
  }

  /** Whether users can name a class and rely on it. */
  private boolean isPromised(ClassModel c) {
    String name = c.thisClass().asInternalName();
    Optional<InnerClassInfo> nested = nesting(c);
    if (nested.isPresent()) {
      Optional<ClassEntry> outer = nested.get().outerClass();
      return isVisible(nested.get().flags())
          && outer.isPresent()
          && isPromised(classes.get(outer.get().asInternalName()))
          && !isExperimental(c);
    }
    return exported.contains(name.substring(0, Math.max(0, name.lastIndexOf('/'))))
        && c.flags().has(AccessFlag.PUBLIC)
        && !isExperimental(c);
  }

  /** Marked itself, or below a type that is. */
  private boolean isExperimental(ClassModel c) {
    return isMarked(c)
        || Stream.concat(c.superclass().stream(), c.interfaces().stream())
            .map(entry -> classes.get(entry.asInternalName()))
            .anyMatch(above -> above != null && isExperimental(above));
  }

  private static boolean isMarked(AttributedElement element) {
    return element
        .findAttribute(Attributes.runtimeInvisibleAnnotations())
        .stream()
        .flatMap(a -> a.annotations().stream())
        .anyMatch(a -> a.className().stringValue().equals(EXPERIMENTAL));
  }

  private static Optional<InnerClassInfo> nesting(ClassModel c) {
    return c.findAttribute(Attributes.innerClasses()).stream()
        .flatMap(a -> a.classes().stream())
        .filter(i -> i.innerClass().equals(c.thisClass()))
        .findFirst();
  }

  private static boolean isVisible(Collection<AccessFlag> flags) {
    return flags.contains(AccessFlag.PUBLIC) || flags.contains(AccessFlag.PROTECTED);
  }

  /** A class and those above it that users cannot name, whose members they reach through it. */
  private List<ClassModel> withHidden(ClassModel c) {
    List<ClassModel> all = new ArrayList<>(List.of(c));
    c.superclass()
        .map(above -> classes.get(above.asInternalName()))
        .filter(above -> !above.flags().has(AccessFlag.PUBLIC))
        .ifPresent(above -> all.addAll(withHidden(above)));
    return all;
  }

  private void add(ClassModel c) {
    List<ClassModel> own = withHidden(c);
    String name = c.thisClass().asInternalName().replace('/', '.');
    Collection<AccessFlag> flags =
        nesting(c).<Collection<AccessFlag>>map(InnerClassInfo::flags).orElse(c.flags().flags());
    String above =
        own.stream()
            .flatMap(o -> Stream.concat(o.superclass().stream(), o.interfaces().stream()))
            .filter(entry -> own.stream().noneMatch(o -> o.thisClass().equals(entry)))
            .map(ClassEntry::asInternalName)
            .filter(n -> !n.equals("java/lang/Object"))
            .collect(joining(" "));
    String permits =
        c.findAttribute(Attributes.permittedSubclasses()).stream()
            .flatMap(a -> a.permittedSubclasses().stream())
            .map(ClassEntry::asInternalName)
            .collect(joining(" "));
    lines.add(
        "%s : %s%s%s%s"
            .formatted(
                name,
                words(flags),
                signature(c),
                above.isEmpty() ? "" : " < " + above,
                permits.isEmpty() ? "" : " permits " + permits));
    boolean extensible = !flags.contains(AccessFlag.FINAL) && constructible(c);
    for (FieldModel f : own.stream().flatMap(o -> o.fields().stream()).toList()) {
      if (isPromised(f.flags().flags(), f, extensible)) {
        String constant =
            f.findAttribute(Attributes.constantValue())
                .map(a -> " = " + a.constant().constantValue())
                .orElse("");
        lines.add(
            "%s.%s %s : %s%s%s"
                .formatted(
                    name,
                    f.fieldName().stringValue(),
                    f.fieldType().stringValue(),
                    words(f.flags().flags()),
                    signature(f),
                    constant));
      }
    }
    for (MethodModel m : own.stream().flatMap(o -> o.methods().stream()).toList()) {
      if (isPromised(m.flags().flags(), m, extensible)) {
        lines.add(
            "%s.%s%s : %s%s"
                .formatted(
                    name,
                    m.methodName().stringValue(),
                    m.methodType().stringValue(),
                    words(m.flags().flags()),
                    signature(m)));
      }
    }
  }

  private static boolean isPromised(
      Collection<AccessFlag> flags, AttributedElement member, boolean extensible) {
    return (flags.contains(AccessFlag.PUBLIC) || flags.contains(AccessFlag.PROTECTED) && extensible)
        && !flags.contains(AccessFlag.SYNTHETIC)
        && !isMarked(member);
  }

  /** Whether users may call a constructor, and so may write a subclass. */
  private static boolean constructible(ClassModel c) {
    return c.methods().stream()
        .anyMatch(
            m ->
                m.methodName().equalsString("<init>")
                    && isVisible(m.flags().flags())
                    && !isMarked(m));
  }

  /** The flags that callers or subclasses depend on. */
  private static String words(Collection<AccessFlag> flags) {
    List<String> words = new ArrayList<>();
    for (AccessFlag flag : flags) {
      switch (flag) {
        case PUBLIC, PROTECTED, STATIC, FINAL, ABSTRACT, INTERFACE, ENUM, ANNOTATION ->
            words.add(flag.name().toLowerCase(Locale.ROOT));
        default -> {
          // Such as varargs and super: no caller sees them.
        }
      }
    }
    words.sort(null);
    return String.join(" ", words);
  }

  /** The signature with type parameters, where there are any. */
  private static String signature(AttributedElement element) {
    return element
        .findAttribute(Attributes.signature())
        .map(a -> " " + a.signature().stringValue())
        .orElse("");
  }
}
