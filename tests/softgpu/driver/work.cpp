// Modules, launches and copies: what becomes work on a stream.
#include "work.h"

#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <set>
#include <sstream>
#include <string>

using namespace softgpu;

namespace {

const char *now = "nothing";

struct Module {
  std::vector<void *> libraries;
  ~Module() {
    for (void *l : libraries) dlclose(l);
  }
};

// A variable kernel:n, which means the n-th run of that kernel; * is any.
class Planned {
  std::string name;
  long at, runs = 0;

 public:
  explicit Planned(const char *variable) {
    const std::string planned = getenv(variable) ? getenv(variable) : ":";
    const size_t colon = planned.rfind(':');
    name = planned.substr(0, colon);
    at = strtol(planned.c_str() + colon + 1, nullptr, 10);
  }
  bool comes(const Kernel &kernel) { return (name == "*" || name == kernel.name) && ++runs == at; }
};

}  // namespace

namespace softgpu {

const char *running() { return now; }

int Work::run() {
  now = kind == kKernel ? kernel->name : kind == kForeign ? "a library's work" : "a copy";
  switch (kind) {
    case kKernel: {
      static Planned failure("SOFTGPU_FAIL"), loss("SOFTGPU_LOSE");
      if (failure.comes(*kernel)) return CUDA_ERROR_LAUNCH_FAILED;
      if (loss.comes(*kernel)) return 0;
      std::vector<void *> pointers;
      for (auto &a : arguments) pointers.push_back(a.data());
      return kernel->launch(grid, block, pointers.data());
    }
    case kCopy:
      memmove(to, from, bytes);
      return 0;
    case kFill:
      if (width == 1) memset(to, static_cast<int>(value), bytes);
      for (size_t i = 0; width == 4 && i < bytes / 4; ++i) static_cast<unsigned *>(to)[i] = value;
      return 0;
    case kForeign:
      return foreign(context.get());
  }
  return 0;
}

}  // namespace softgpu

// ---- modules ----------------------------------------------------------------------------------

// The image is not looked at: the kernels are those of the libraries that SOFTGPU_KERNELS lists,
// by a colon each, and of libsoftgpu_kernels.so beside this library.
SOFTGPU_API CUresult cuModuleLoadData(void **module, const void *) {
  if (CUresult bad = no_capture("cuModuleLoadData")) return bad;
  std::vector<std::string> files;
  const char *listed = getenv("SOFTGPU_KERNELS");
  std::stringstream list(listed ? listed : "");
  for (std::string file; std::getline(list, file, ':');) files.push_back(file);
  Dl_info self;
  if (dladdr(reinterpret_cast<void *>(&cuModuleLoadData), &self)) {
    const std::string here = self.dli_fname;
    files.push_back(here.substr(0, here.rfind('/') + 1) + "libsoftgpu_kernels.so");
  }
  auto *m = new Module();
  for (const std::string &file : files) {
    void *handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
      delete m;
      return refuse(CUDA_ERROR_INVALID_IMAGE, "%s", dlerror());
    }
    m->libraries.push_back(handle);
  }
  *module = m;
  return CUDA_SUCCESS;
}
// With work that is left, whose kernels are in it.
SOFTGPU_API CUresult cuModuleUnload(void *module) {
  if (CUresult bad = finish_work()) return bad;
  delete static_cast<Module *>(module);
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuModuleGetFunction(void **function, void *module, const char *name) {
  for (void *library : static_cast<Module *>(module)->libraries) {
    auto get = reinterpret_cast<const Kernel *(*)()>(
        dlsym(library, (std::string("softgpu_kernel_") + name).c_str()));
    if (get) {
      *function = const_cast<Kernel *>(get());
      return CUDA_SUCCESS;
    }
  }
  return refuse(CUDA_ERROR_NOT_FOUND, "there is no kernel %s", name);
}
SOFTGPU_API CUresult cuFuncSetAttribute(void *, int, int) { return CUDA_SUCCESS; }

SOFTGPU_API CUresult cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz,
                                    unsigned bx, unsigned by, unsigned bz, unsigned shared,
                                    void *stream, void **arguments, void **extra) {
  auto *k = static_cast<const Kernel *>(function);
  const unsigned long threads = static_cast<unsigned long>(bx) * by * bz;
  if (!gx || !gy || !gz || gy > 65535 || gz > 65535 || !threads || threads > kMaxThreads ||
      shared > 232448 || extra || (k->count && !arguments))
    return refuse(CUDA_ERROR_INVALID_VALUE, "launch of %s with grid %u %u %u, block %u %u %u",
                  k->name, gx, gy, gz, bx, by, bz);
  Work w;
  w.kernel = k;
  w.grid = dim3(gx, gy, gz);
  w.block = dim3(bx, by, bz);
  for (size_t i = 0; i < k->count; ++i) {
    auto *p = static_cast<const char *>(arguments[i]);
    w.arguments.emplace_back(p, p + k->sizes[i]);
  }
  return submit(stream, std::move(w));
}

SOFTGPU_API CUresult softgpu_enqueue(void *stream, const char *kind, int (*run)(void *),
                                     void *argument, void (*drop)(void *)) {
  static std::set<std::string> loaded;
  if (loaded.insert(kind).second && capturing()) {
    loaded.erase(kind);
    drop(argument);
    return no_capture(kind);
  }
  Work w;
  w.kind = Work::kForeign;
  w.foreign = run;
  w.context = std::shared_ptr<void>(argument, drop);
  return submit(stream, std::move(w));
}

// ---- copies -----------------------------------------------------------------------------------

SOFTGPU_API CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void *from, size_t bytes) {
  if (CUresult bad = no_capture("cuMemcpyHtoD")) return bad;
  if (CUresult bad = check_range(to, bytes, "cuMemcpyHtoD")) return bad;
  memcpy(reinterpret_cast<void *>(to), from, bytes);
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuMemcpyDtoH_v2(void *to, CUdeviceptr from, size_t bytes) {
  if (CUresult bad = no_capture("cuMemcpyDtoH")) return bad;
  if (CUresult bad = check_range(from, bytes, "cuMemcpyDtoH")) return bad;
  memcpy(to, reinterpret_cast<const void *>(from), bytes);
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes,
                                          void *stream) {
  if (CUresult bad = check_range(to, bytes, "cuMemcpyDtoDAsync")) return bad;
  if (CUresult bad = check_range(from, bytes, "cuMemcpyDtoDAsync")) return bad;
  Work w;
  w.kind = Work::kCopy;
  w.to = reinterpret_cast<void *>(to);
  w.from = reinterpret_cast<const void *>(from);
  w.bytes = bytes;
  return submit(stream, std::move(w));
}
SOFTGPU_API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes,
                                          void *stream) {
  if (CUresult bad = check_range(to, bytes, "cuMemcpyHtoDAsync")) return bad;
  if (CUresult bad = check_pinned(from, bytes, "cuMemcpyHtoDAsync")) return bad;
  Work w;
  w.kind = Work::kCopy;
  w.to = reinterpret_cast<void *>(to);
  w.from = from;
  if (!is_pinned(from, bytes)) {
    // The driver has read pageable memory when it returns.
    auto copy = std::make_shared<std::vector<char>>(static_cast<const char *>(from),
                                                    static_cast<const char *>(from) + bytes);
    w.from = copy->data();
    w.context = copy;
  }
  w.bytes = bytes;
  return submit(stream, std::move(w));
}
SOFTGPU_API CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, void *stream) {
  if (CUresult bad = check_range(from, bytes, "cuMemcpyDtoHAsync")) return bad;
  if (CUresult bad = check_pinned(to, bytes, "cuMemcpyDtoHAsync")) return bad;
  Work w;
  w.kind = Work::kCopy;
  w.to = to;
  w.from = reinterpret_cast<const void *>(from);
  w.bytes = bytes;
  if (CUresult bad = submit(stream, std::move(w))) return bad;
  // Pageable memory is written when the driver returns.
  return capturing() || is_pinned(to, bytes) ? CUDA_SUCCESS : finish_work();
}

static CUresult fill(CUdeviceptr at, unsigned value, unsigned width, size_t count, void *stream) {
  if (CUresult bad = check_range(at, count * width, "cuMemset")) return bad;
  Work w;
  w.kind = Work::kFill;
  w.to = reinterpret_cast<void *>(at);
  w.value = value;
  w.width = width;
  w.bytes = count * width;
  return submit(stream, std::move(w));
}
SOFTGPU_API CUresult cuMemsetD8_v2(CUdeviceptr at, unsigned char value, size_t count) {
  if (CUresult bad = no_capture("cuMemsetD8")) return bad;
  return fill(at, value, 1, count, nullptr);
}
SOFTGPU_API CUresult cuMemsetD32_v2(CUdeviceptr at, unsigned value, size_t count) {
  if (CUresult bad = no_capture("cuMemsetD32")) return bad;
  return fill(at, value, 4, count, nullptr);
}
SOFTGPU_API CUresult cuMemsetD8Async(CUdeviceptr at, unsigned char value, size_t count,
                                     void *stream) {
  return fill(at, value, 1, count, stream);
}
SOFTGPU_API CUresult cuMemsetD32Async(CUdeviceptr at, unsigned value, size_t count, void *stream) {
  return fill(at, value, 4, count, stream);
}
