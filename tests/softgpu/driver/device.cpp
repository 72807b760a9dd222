// The one device, its context, and errors.
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "driver.h"

namespace softgpu {

static CUresult failure = CUDA_SUCCESS;

CUresult refuse(CUresult code, const char *format, ...) {
  static const bool trace = getenv("SOFTGPU_TRACE") != nullptr;
  if (trace) {
    va_list arguments;
    va_start(arguments, format);
    fputs("softgpu: ", stderr);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, " (error %d)\n", code);
    va_end(arguments);
  }
  return code;
}

CUresult context_state() { return failure; }

void context_fails(CUresult code) { failure = code; }

}  // namespace softgpu

using namespace softgpu;

namespace {

struct Attribute {
  int number, value;
};

// Of a Hopper card, by the numbers of CUdevice_attribute.
const Attribute kAttributes[] = {
    {1, 1024},                                // threads per block
    {2, 1024},       {3, 1024},  {4, 64},     // block dims
    {5, 2147483647}, {6, 65535}, {7, 65535},  // grid dims
    {8, 49152},                               // shared memory per block
    {10, 32},                                 // warp
    {12, 65536},                              // registers per block
    {13, 1980000},                            // clock in kHz
    {16, 132},                                // multiprocessors
    {36, 2619000},                            // memory clock in kHz
    {37, 5120},                               // memory bus in bits
    {38, 52428800},                           // L2 in bytes
    {39, 2048},                               // threads per multiprocessor
    {75, 9},         {76, 0},                 // compute capability
    {81, 233472},                             // shared memory per multiprocessor
    {82, 65536},                              // registers per multiprocessor
    {95, 1},                                  // cooperative launch
    {97, 232448},                             // opt-in shared memory per block
};

struct Error {
  int code;
  const char *name;
};

#define NAMED(error) \
  { error, #error }
const Error kErrors[] = {
    NAMED(CUDA_SUCCESS),
    NAMED(CUDA_ERROR_INVALID_VALUE),
    NAMED(CUDA_ERROR_OUT_OF_MEMORY),
    NAMED(CUDA_ERROR_NO_DEVICE),
    NAMED(CUDA_ERROR_INVALID_DEVICE),
    NAMED(CUDA_ERROR_INVALID_IMAGE),
    NAMED(CUDA_ERROR_INVALID_HANDLE),
    NAMED(CUDA_ERROR_NOT_FOUND),
    NAMED(CUDA_ERROR_NOT_READY),
    NAMED(CUDA_ERROR_ILLEGAL_ADDRESS),
    NAMED(CUDA_ERROR_MISALIGNED_ADDRESS),
    NAMED(CUDA_ERROR_LAUNCH_FAILED),
    NAMED(CUDA_ERROR_NOT_SUPPORTED),
    NAMED(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED),
    NAMED(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED),
    NAMED(CUDA_ERROR_STREAM_CAPTURE_UNJOINED),
};
#undef NAMED

int the_context;

// What a test sets to pretend another machine.
int pretended(const char *variable, int otherwise) {
  const char *given = getenv(variable);
  return given ? atoi(given) : otherwise;
}

}  // namespace

SOFTGPU_API CUresult cuInit(unsigned flags) {
  if (flags) return refuse(CUDA_ERROR_INVALID_VALUE, "cuInit: flags must be 0");
  // SOFTGPU_DEVICES: 0 for a driver that finds no card.
  if (!pretended("SOFTGPU_DEVICES", 1)) return refuse(CUDA_ERROR_NO_DEVICE, "there is no card");
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuDriverGetVersion(int *version) {
  // SOFTGPU_DRIVER: such as 12040 for a driver of CUDA 12.4.
  *version = pretended("SOFTGPU_DRIVER", 13000);
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuDeviceGetCount(int *count) {
  *count = pretended("SOFTGPU_DEVICES", 1);
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuDeviceGet(int *device, int ordinal) {
  if (ordinal)
    return refuse(CUDA_ERROR_INVALID_DEVICE, "cuDeviceGet: there is no device %d", ordinal);
  *device = 0;
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuDeviceGetName(char *name, int length, int) {
  snprintf(name, static_cast<size_t>(length), "softgpu (no GPU: kernels run on the host)");
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuMemGetInfo_v2(size_t *free_bytes, size_t *total_bytes);
SOFTGPU_API CUresult cuDeviceTotalMem_v2(size_t *bytes, int) {
  size_t unused;
  return cuMemGetInfo_v2(&unused, bytes);
}
SOFTGPU_API CUresult cuDeviceGetAttribute(int *value, int attribute, int) {
  *value = 0;
  for (const Attribute &a : kAttributes)
    if (a.number == attribute) *value = a.value;
  // SOFTGPU_CAPABILITY=7.5 makes another card of it.
  int capability[2];
  const char *asked = getenv("SOFTGPU_CAPABILITY");
  if (asked && (attribute == 75 || attribute == 76) &&
      sscanf(asked, "%d.%d", &capability[0], &capability[1]) == 2)
    *value = capability[attribute - 75];
  return CUDA_SUCCESS;
}

// An error of a kernel stays with the process, as the driver documents it.
SOFTGPU_API CUresult cuCtxCreate_v2(void **context, unsigned, int) {
  *context = &the_context;
  return context_state();
}
SOFTGPU_API CUresult cuDevicePrimaryCtxRetain(void **context, int device) {
  return cuCtxCreate_v2(context, 0, device);
}
SOFTGPU_API CUresult cuDevicePrimaryCtxRelease_v2(int) { return CUDA_SUCCESS; }
// Forgives what a kernel did, so that one process can make many mistakes.
SOFTGPU_API CUresult cuDevicePrimaryCtxReset_v2(int) {
  context_fails(CUDA_SUCCESS);
  forget_work();
  forget_blocks();
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuCtxDestroy_v2(void *) { return CUDA_SUCCESS; }
SOFTGPU_API CUresult cuCtxSetCurrent(void *) { return context_state(); }
SOFTGPU_API CUresult cuCtxGetCurrent(void **context) {
  *context = &the_context;
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuCtxSynchronize() {
  if (CUresult bad = no_capture("cuCtxSynchronize")) return bad;
  return finish_work();
}

SOFTGPU_API CUresult cuGetErrorName(int code, const char **name) {
  for (const Error &e : kErrors)
    if (e.code == code) {
      *name = e.name;
      return CUDA_SUCCESS;
    }
  return CUDA_ERROR_INVALID_VALUE;
}
SOFTGPU_API CUresult cuGetErrorString(int code, const char **text) {
  return cuGetErrorName(code, text);
}
