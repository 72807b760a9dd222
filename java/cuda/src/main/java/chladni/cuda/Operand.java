package chladni.cuda;

import chladni.engine.plan.Buffer;
import chladni.engine.plan.Format;
import jcuda.driver.CUdeviceptr;

/**
 * What a product takes or leaves, which need not be where and how the plan has it.
 *
 * @param buffer of the plan, or one beside those of the plan with another layout, format or place
 */
record Operand(Buffer buffer, long address, CUdeviceptr pointer) {
  Format format() {
    return buffer.format();
  }
}
