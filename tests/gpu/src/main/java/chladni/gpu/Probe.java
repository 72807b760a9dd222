package chladni.gpu;

import chladni.engine.Engine;
import chladni.engine.backend.Precision;
import chladni.engine.backend.Program;
import chladni.engine.backend.Store;
import chladni.engine.graph.Graph;
import chladni.engine.graph.Ops;
import chladni.engine.graph.Shape;
import chladni.engine.graph.Window;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** Whether everything is there and says what we think it says, in a minute. */
final class Probe implements Part {
  private static final Pattern LIBRARY =
      Pattern.compile(".*/lib(cuda|cublas|cudnn|cublasLt|JC)[^/]*\\.so[^/]*");
  private static final Pattern API = Pattern.compile("(cu[A-Z]|cublas|cudnn)\\w*");

  @Override
  public void run(Options options, Report report) throws Exception {
    try (Engine engine = Engine.open("cuda")) {
      report.device(engine.description());
      report.put("precisions", engine.precisions().toString());
      report.put("attributes", attributes());
      libraries(report);
      for (Precision precision : options.precisions(engine.precisions())) {
        product(engine, precision, report);
        convolution(engine, precision, report);
      }
      libraries(report, "after the first programs");
    }
  }

  private static void libraries(Report report) throws IOException {
    libraries(report, "loaded");
    Map<String, ElfSymbols> found = new TreeMap<>();
    for (Path library : loaded()) {
      found.put(library.getFileName().toString(), ElfSymbols.read(library));
    }
    SortedSet<String> exported = new TreeSet<>();
    Map<String, Object> symbols = new LinkedHashMap<>();
    found.forEach(
        (name, s) -> {
          if (!name.startsWith("libJC")) {
            exported.addAll(s.defined());
            symbols.put(name, s.defined().stream().filter(API.asMatchPredicate()).toList());
          }
        });
    report.put("symbols", symbols);
    found.forEach(
        (name, s) -> {
          if (name.startsWith("libJC")) {
            List<String> wanted = s.undefined().stream().filter(API.asMatchPredicate()).toList();
            List<String> missing = wanted.stream().filter(w -> !exported.contains(w)).toList();
            report.check(
                "what %s imports is exported".formatted(name),
                missing.isEmpty() && !wanted.isEmpty(),
                missing.isEmpty() ? wanted.size() + " names" : "missing " + missing);
          }
        });
  }

  private static void libraries(Report report, String when) throws IOException {
    report.put("libraries " + when, loaded().stream().map(Path::toString).toList());
  }

  /** Files that this process has mapped, JCuda's own among them. */
  private static List<Path> loaded() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .map(line -> line.replaceFirst("^(\\S+\\s+){5}", ""))
        .filter(LIBRARY.asMatchPredicate())
        .distinct()
        .map(Path::of)
        .toList();
  }

  /** Every attribute that the driver knows, by JCuda's name of it. */
  private static Map<String, Integer> attributes() throws IllegalAccessException {
    CUdevice device = new CUdevice();
    check(JCudaDriver.cuDeviceGet(device, 0), "cuDeviceGet");
    Map<String, Integer> all = new TreeMap<>();
    for (Field field : CUdevice_attribute.class.getFields()) {
      String name = field.getName().replace("CU_DEVICE_ATTRIBUTE_", "").toLowerCase();
      if (Modifier.isStatic(field.getModifiers()) && !name.equals("max")) {
        int[] value = new int[1];
        if (JCudaDriver.cuDeviceGetAttribute(value, field.getInt(null), device)
            == CUresult.CUDA_SUCCESS) {
          all.put(name, value[0]);
        }
      }
    }
    return all;
  }

  /** Small integers: exact in every precision, so that an index that is off shows in every bit. */
  private static float[] integers(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(-3, 4);
    }
    return values;
  }

  private static void product(Engine engine, Precision precision, Report report) {
    int m = 33;
    int k = 65;
    int n = 31;
    float[] a = integers(m * k, 1);
    float[] b = integers(k * n, 2);
    float[] expected = new float[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        for (int l = 0; l < k; l++) {
          expected[i * n + j] += a[i * k + l] * b[l * n + j];
        }
      }
    }
    Graph graph = new Graph();
    graph.output(
        "y",
        Ops.matmul(graph.input("a", Shape.of(m, k)), graph.input("b", Shape.of(k, n))));
    compare(engine, precision, "product", graph, a, b, expected, report);
  }

  private static void convolution(Engine engine, Precision precision, Report report) {
    int batch = 2;
    int in = 5;
    int out = 7;
    int side = 10;
    int half = side / 2;
    float[] x = integers(batch * in * side * side, 3);
    float[] w = integers(out * in * 16, 4);
    float[] expected = new float[batch * out * half * half];
    for (int at = 0; at < expected.length; at++) {
      int ox = at % half;
      int oy = at / half % half;
      int o = at / half / half % out;
      int b = at / half / half / out;
      for (int c = 0; c < in; c++) {
        for (int tap = 0; tap < 16; tap++) {
          int iy = 2 * oy + tap / 4 - 1;
          int ix = 2 * ox + tap % 4 - 1;
          if (iy >= 0 && iy < side && ix >= 0 && ix < side) {
            expected[at] +=
                x[((b * in + c) * side + iy) * side + ix] * w[(o * in + c) * 16 + tap];
          }
        }
      }
    }
    Graph graph = new Graph();
    graph.output(
        "y",
        Ops.conv2d(
            graph.input("a", Shape.of(batch, in, side, side)),
            graph.input("b", Shape.of(out, in, 4, 4)),
            Window.of(2, 1)));
    compare(engine, precision, "convolution", graph, x, w, expected, report);
  }

  private static void compare(
      Engine engine,
      Precision precision,
      String what,
      Graph graph,
      float[] a,
      float[] b,
      float[] expected,
      Report report) {
    try (Store store = engine.newStore(1, precision);
        Program program = engine.compile(graph, store)) {
      program.write("a", a);
      program.write("b", b);
      program.run();
      float[] actual = program.read("y");
      int wrong = Arrays.mismatch(actual, expected);
      report.check(
          "the first %s in %s is exact".formatted(what, precision),
          wrong < 0,
          wrong < 0
              ? expected.length + " values"
              : "at %d %s, the host has %s".formatted(wrong, actual[wrong], expected[wrong]));
    }
  }

  static void check(int status, String what) {
    if (status != CUresult.CUDA_SUCCESS) {
      throw new IllegalStateException(what + ": " + CUresult.stringFor(status));
    }
  }
}
