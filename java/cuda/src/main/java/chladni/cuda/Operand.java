package chladni.cuda;

import chladni.engine.plan.Buffer;
import chladni.engine.plan.Format;
import java.util.function.Supplier;
import jcuda.driver.CUdeviceptr;

/**
 * What a product takes or leaves, which need not be where and how the plan has it.
 *
 * @param buffer of the plan, or one beside those of the plan with another layout, format or place
 * @param where it lies; of working memory not known before all steps are lowered
 */
record Operand(Buffer buffer, Supplier<CUdeviceptr> where) {
  CUdeviceptr pointer() {
    return where.get();
  }

  /** As kernels take it. */
  long address() {
    return DeviceMemory.address(where.get());
  }

  Format format() {
    return buffer.format();
  }
}
