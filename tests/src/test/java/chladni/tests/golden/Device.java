package chladni.tests.golden;

import chladni.engine.Engine;
import chladni.engine.backend.BackendOptions;
import chladni.engine.backend.Precision;
import java.util.List;

/** A backend in a precision. All of them must be on the class path: none is skipped when absent. */
enum Device {
  REFERENCE_FP64("reference", Precision.FP64, 0x1p-52),
  REFERENCE_FP32("reference", Precision.FP32, 0x1p-23),
  CPU_FP32("cpu", Precision.FP32, 0x1p-23),
  CUDA_FP32("cuda", Precision.FP32, 0x1p-23);

  private final String backend;
  private final Precision precision;
  private final double eps;

  Device(String backend, Precision precision, double eps) {
    this.backend = backend;
    this.precision = precision;
    this.eps = eps;
  }

  /** Whether cuda is a card: the stand-ins are too slow for networks of full size. */
  static boolean hasCard() {
    return !"1".equals(System.getenv("CHLADNI_SOFTGPU"));
  }

  /**
   * Those on which networks run at full width: the CPU, and with {@code chladni.softgpu.full} the
   * stand-ins for CUDA, which take minutes.
   */
  static List<Device> ofFullWidth() {
    return Boolean.getBoolean("chladni.softgpu.full")
        ? List.of(CPU_FP32, CUDA_FP32)
        : List.of(CPU_FP32);
  }

  Engine open() {
    return Engine.open(backend, BackendOptions.DEFAULT);
  }

  Precision precision() {
    return precision;
  }

  /** The distance from 1 to the next number. */
  double eps() {
    return eps;
  }
}
