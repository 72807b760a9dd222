// A stand-in for libcuda.so.1: enough of the driver API for programs of one device, one context
// and in-order streams, with stream capture and graph replay, run on the thread that waits for
// them.
//
// Stricter than a card: device memory is filled with NaNs and fenced by pages that fault, freed
// memory stays fenced, bytes beside a block hold a pattern that is checked behind every launch,
// host pointers must not be passed where device pointers belong, an access that is not aligned ends
// the context, and what is forbidden in a capture is refused and costs the capture.
#pragma once
#include <cstddef>
#include <cstdint>

#define SOFTGPU_API extern "C" __attribute__((visibility("default")))

typedef int CUresult;
typedef unsigned long long CUdeviceptr;

enum : int {
  CUDA_SUCCESS = 0,
  CUDA_ERROR_INVALID_VALUE = 1,
  CUDA_ERROR_OUT_OF_MEMORY = 2,
  CUDA_ERROR_NO_DEVICE = 100,
  CUDA_ERROR_INVALID_DEVICE = 101,
  CUDA_ERROR_INVALID_IMAGE = 200,
  CUDA_ERROR_INVALID_HANDLE = 400,
  CUDA_ERROR_NOT_FOUND = 500,
  CUDA_ERROR_NOT_READY = 600,
  CUDA_ERROR_ILLEGAL_ADDRESS = 700,
  CUDA_ERROR_MISALIGNED_ADDRESS = 716,
  CUDA_ERROR_LAUNCH_FAILED = 719,
  CUDA_ERROR_NOT_SUPPORTED = 801,
  CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED = 900,
  CUDA_ERROR_STREAM_CAPTURE_INVALIDATED = 901,
  CUDA_ERROR_STREAM_CAPTURE_UNJOINED = 904,
};

namespace softgpu {

// Says on standard error, when SOFTGPU_TRACE is set, why a call is refused; the other stand-ins
// too.
__attribute__((visibility("default"), format(printf, 2, 3))) CUresult refuse(CUresult code,
                                                                             const char *format,
                                                                             ...);

// CUDA_SUCCESS, or the error that has made the context unusable.
CUresult context_state();
void context_fails(CUresult code);

// memory.cpp
// An error unless these bytes lie in one live block of device memory.
CUresult check_range(CUdeviceptr at, size_t bytes, const char *what);
// Whether these bytes lie in one live block of pinned memory, and an error in a capture where they
// do not.
bool is_pinned(const void *at, size_t bytes);
CUresult check_pinned(const void *at, size_t bytes, const char *what);
// An error, which the context keeps, when something wrote beside a live block.
CUresult check_slack();
// What lies at an address that faulted, for people.
const char *whereabouts(CUdeviceptr at);
// Frees everything, as the end of a context does.
void forget_blocks();

// fault.cpp: runs f, and turns an access to fenced memory into CUDA_ERROR_ILLEGAL_ADDRESS and one
// that is not aligned into CUDA_ERROR_MISALIGNED_ADDRESS.
CUresult guarded(int (*f)(void *), void *argument);

// graph.cpp
// True while some stream captures.
bool capturing();
// For calls that a capture forbids: an error in one, which it invalidates; else what the context
// is.
CUresult no_capture(const char *what);

// stream.cpp
// Does all that streams have yet to do. Or drops it.
CUresult finish_work();
void forget_work();

// work.cpp: the kernel or library call whose turn it is.
const char *running();

}  // namespace softgpu

// work.cpp: for the stand-ins of libraries that put work of their own on a stream. `run` is
// called when the work's turn comes, again at each replay of a graph; `drop` when it will not come
// again. Libraries load what they need at the first call of a `kind`, which a capture forbids.
SOFTGPU_API CUresult softgpu_enqueue(void *stream, const char *kind, int (*run)(void *),
                                     void *argument, void (*drop)(void *));
// An error unless these bytes lie in one live block of device memory.
SOFTGPU_API CUresult softgpu_check(const void *at, size_t bytes, const char *what);
