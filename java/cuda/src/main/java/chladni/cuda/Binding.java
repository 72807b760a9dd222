package chladni.cuda;

import chladni.engine.backend.Listing;
import chladni.engine.backend.Listing.Where;
import chladni.engine.backend.ProgramException;
import chladni.engine.backend.listing.Lister;
import chladni.engine.graph.CustomOp;
import chladni.engine.graph.Shape;
import chladni.engine.plan.Buffer;
import chladni.engine.plan.Format;
import chladni.engine.plan.Layout;
import chladni.engine.plan.MemoryPlan;
import chladni.engine.plan.OpStep;
import chladni.engine.plan.Place;
import chladni.engine.plan.Plan;
import chladni.engine.plan.Step;
import chladni.engine.plan.View;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import jcuda.driver.CUdeviceptr;

/**
 * Where the buffers of one plan lie on the device. A packed family of weights has its channels
 * innermost, as the pictures have, unless a program of the store needs one of its variables
 * row-major.
 */
final class Binding implements Lister.Buffers, AutoCloseable {
  /** Of outputs, in bytes: kernels may take them in vectors. */
  private static final long ALIGNMENT = 256;

  private final CudaStore store;
  private final Plan plan;
  private final MemoryPlan memory;
  private final DeviceMemory arena;
  private final Map<String, DeviceMemory> inputs = new HashMap<>();
  private final Map<String, Long> offsetsOfOutputs = new HashMap<>();
  private DeviceMemory outputs;
  private final Set<String> plainFamilies = new HashSet<>();

  /**
   * @param moments the plan's steps in the order in which they run, some at once
   */
  Binding(Driver driver, CudaStore store, Plan plan, List<List<Step>> moments) {
    this.store = store;
    this.plan = plan;
    settleFamilies();
    memory = plan.memory(moments, Binding::sizeOf);
    arena = new DeviceMemory(driver, memory.bytes(), "the arena of the program with outputs " + plan.outputs().keySet());
    try {
      plan.inputs()
          .forEach((name, b) -> inputs.put(name, rim(driver, "input '" + name + "'", b)));
      outputs = outputs(driver);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * What the host sees of a program lies in buffers of Java, which have less than 2 GiB.
   *
   * @throws ProgramException when an input, an output or an operand of a custom operation has more
   */
  static void checkSizes(Plan plan) {
    plan.inputs().forEach((name, b) -> checkSize("input '" + name + "'", b));
    plan.outputs().forEach((name, b) -> checkSize("output '" + name + "'", b));
    for (Step step : plan.steps()) {
      if (step instanceof OpStep op && op.op() instanceof CustomOp) {
        Stream.concat(op.inputs().stream(), Stream.of(op.output()))
            .forEach(b -> checkSize(op.label(), b));
      }
    }
  }

  private static void checkSize(String what, Buffer buffer) {
    if (sizeOf(buffer) > Integer.MAX_VALUE) {
      throw new ProgramException(
          "%s: what passes through the host must have less than 2 GiB, got %s, which is %d bytes. Take a smaller batch."
              .formatted(what, buffer.type().shape(), sizeOf(buffer)));
    }
  }

  /** Brings the store's variables into the order of their families. */
  private void settleFamilies() {
    Map<String, Set<String>> members = new LinkedHashMap<>();
    plan.variables()
        .forEach(
            (name, b) -> {
              if (b.layout() == Layout.PACKED) {
                members.computeIfAbsent(b.family(), _ -> new LinkedHashSet<>()).add(name);
              } else {
                store.pin(name);
              }
            });
    members.forEach(
        (family, names) -> {
          if (names.stream().anyMatch(store::pinned)) {
            names.forEach(store::pin);
            plainFamilies.add(family);
          } else {
            names.forEach(name -> store.bind(name, true));
          }
        });
  }

  private static DeviceMemory rim(Driver driver, String owner, Buffer buffer) {
    return new DeviceMemory(driver, sizeOf(buffer), owner);
  }

  /** All of them in one block, so that one copy brings them to the host. */
  private DeviceMemory outputs(Driver driver) {
    long bytes = 0;
    for (Map.Entry<String, Buffer> output : plan.outputs().entrySet()) {
      offsetsOfOutputs.put(output.getKey(), bytes);
      bytes += Math.ceilDiv(sizeOf(output.getValue()), ALIGNMENT) * ALIGNMENT;
    }
    String owner = "output '" + String.join("', '", plan.outputs().keySet()) + "'";
    return new DeviceMemory(driver, bytes, owner);
  }

  static long sizeOf(Buffer buffer) {
    return elements(buffer) * buffer.format().bytes();
  }

  static long elements(Buffer buffer) {
    return buffer.type().shape().elements();
  }

  private DeviceMemory holder(Buffer root) {
    return switch (root.place()) {
      case Place.Arena _ -> arena;
      case Place.OfVariable(String name) ->
          root.format() == Format.BFLOAT16 ? store.half(name) : store.memory(name);
      case Place.OfInput(String name) -> inputs.get(name);
      case Place.OfOutput _ -> outputs;
      case Place.Alias _ -> throw alias(root);
    };
  }

  private static IllegalStateException alias(Buffer root) {
    return new IllegalStateException("a root is no alias: " + root);
  }

  private long offset(Buffer root) {
    return switch (root.place()) {
      case Place.Arena _ -> memory.offset(root);
      case Place.OfOutput(String name) -> offsetOfOutput(name);
      case Place.OfInput _, Place.OfVariable _ -> 0;
      case Place.Alias _ -> throw alias(root);
    };
  }

  /** What the host reads after a run. */
  DeviceMemory outputs() {
    return outputs;
  }

  /** Where an output begins in {@link #outputs}, in bytes. */
  long offsetOfOutput(String name) {
    return offsetsOfOutputs.get(name);
  }

  /** Whether a buffer of rank 4 lies as with its channels innermost. */
  boolean isChannelsLast(Buffer buffer) {
    Shape shape = buffer.type().shape();
    return switch (buffer.layout()) {
          case CHANNELS_LAST -> true;
          case PACKED -> !plainFamilies.contains(buffer.family());
          case ROW_MAJOR -> false;
        }
        || shape.dim(1) == 1
        || (long) shape.dim(2) * shape.dim(3) == 1;
  }

  /** How far neighbours along each axis of a buffer of rank 4 lie apart. */
  long[] strides(Buffer buffer) {
    return ChannelOrder.strides(buffer.type().shape(), isChannelsLast(buffer));
  }

  /** The variable whose storage a buffer is; null for others. */
  static String variable(Buffer buffer) {
    return buffer.root().place() instanceof Place.OfVariable(String name) ? name : null;
  }

  long address(Buffer buffer) {
    Buffer root = buffer.root();
    return holder(root).address() + offset(root);
  }

  long address(View view) {
    return address(view.buffer()) + view.offset() * view.buffer().format().bytes();
  }

  CUdeviceptr pointer(Buffer buffer) {
    Buffer root = buffer.root();
    return holder(root).at(offset(root));
  }

  @Override
  public Listing.Place place(Buffer buffer) {
    Buffer root = buffer.root();
    return switch (root.place()) {
      case Place.Arena _ -> Listing.Place.arena(memory.offset(root));
      case Place.OfVariable(String name) ->
          Listing.Place.of(
              root.format() == Format.BFLOAT16 ? Where.COPY : Where.VARIABLE, name);
      case Place.OfInput(String name) -> Listing.Place.of(Where.INPUT, name);
      case Place.OfOutput(String name) -> Listing.Place.of(Where.OUTPUT, name);
      case Place.Alias _ -> throw alias(root);
    };
  }

  @Override
  public String layout(Buffer buffer) {
    String layout =
        switch (buffer.layout()) {
          case CHANNELS_LAST -> "nhwc";
          case PACKED -> plainFamilies.contains(buffer.family()) ? "abcd" : "acdb";
          case ROW_MAJOR -> "row-major";
        };
    return buffer.format() == Format.BFLOAT16 ? layout + " bf16" : layout;
  }

  @Override
  public long bytes(Buffer buffer) {
    return sizeOf(buffer);
  }

  /** What the program works in on the device; the host has inputs and outputs once more. */
  Listing.Memory memory(long scratch, long copies) {
    return new Listing.Memory(
        memory.bytes(),
        scratch,
        plan.variables().keySet().stream().mapToLong(name -> store.memory(name).bytes()).sum(),
        copies,
        inputs.values().stream().mapToLong(DeviceMemory::bytes).sum(),
        plan.outputs().values().stream().mapToLong(Binding::sizeOf).sum());
  }

  /** What a run reads that it has not computed: inputs and variables. */
  List<Buffer> outside() {
    return Stream.concat(plan.inputs().values().stream(), plan.variables().values().stream())
        .toList();
  }

  /** Zeros wherever results go. */
  void clear() {
    arena.clear();
    outputs.clear();
  }

  @Override
  public void close() {
    arena.close();
    inputs.values().forEach(DeviceMemory::close);
    if (outputs != null) {
      outputs.close();
    }
  }
}
