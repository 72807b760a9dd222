package chladni.gpu;

import chladni.engine.backend.Listing;
import chladni.engine.backend.Precision;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.JCudaDriver;

/**
 * What the card does at most by its own attributes: multiprocessors, clock, bus. Under load the
 * clock falls below what it states, so that a share of one is out of reach.
 *
 * @param products FLOP/s of matrix products
 * @param others FLOP/s of everything else, in FP32
 * @param bytes bytes/s of device memory
 */
record Peaks(double products, double others, double bytes) {
  static Peaks of(Precision precision) {
    int major = attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
    int minor = attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    double units = attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
    double clock = 1e3 * attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_CLOCK_RATE);
    double memory = 1e3 * attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE);
    double bus = attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH) / 8.0;
    // FLOPs of a multiprocessor in a cycle, from the whitepapers: A100 (8.0) 64 FP32 units and 1024
    // dense bf16 multiply-adds; its smaller kin 128 and 512; Hopper 128 and 2048.
    double single = 2 * (major == 8 && minor == 0 ? 64 : 128);
    double half = 2 * (major >= 9 ? 2048 : minor == 0 ? 1024 : 512);
    double products =
        switch (precision) {
          case BF16 -> half;
          case TF32 -> half / 2;
          case FP32, FP64 -> single;
        };
    return new Peaks(units * clock * products, units * clock * single, 2 * memory * bus);
  }

  /** Milliseconds that this work takes at least: memory and arithmetic overlap at best. */
  double milliseconds(Listing.Work work) {
    double arithmetic = Math.max(work.products() / products, work.others() / others);
    return 1e3 * Math.max(arithmetic, (work.read() + work.written()) / bytes);
  }

  private static int attribute(int which) {
    CUdevice device = new CUdevice();
    Probe.check(JCudaDriver.cuDeviceGet(device, 0), "cuDeviceGet");
    int[] value = new int[1];
    Probe.check(JCudaDriver.cuDeviceGetAttribute(value, which, device), "cuDeviceGetAttribute");
    return value[0];
  }
}
