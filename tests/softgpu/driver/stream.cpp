// Modules, launches, in-order streams, events, capture and replay. Everything runs at once on the
// calling thread, except in a capture, where it becomes a node that depends on what came before it
// in its stream. Replay takes the nodes in a random order that their dependencies allow, so that a
// missing dependency shows.
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "../host_cuda.h"
#include "driver.h"

using namespace softgpu;

namespace {

const char *now = "nothing";

// A piece of work with copies of its arguments.
struct Work {
  enum Kind { kKernel, kCopy, kFill, kForeign } kind = kKernel;
  const Kernel *kernel = nullptr;
  dim3 grid, block;
  std::vector<std::vector<char>> arguments;
  void *to = nullptr;
  const void *from = nullptr;
  size_t bytes = 0;
  unsigned value = 0;
  unsigned width = 4;
  int (*foreign)(void *) = nullptr;
  std::shared_ptr<void> context;  // of foreign work

  // SOFTGPU_FAIL: kernel:n, whose n-th run ends the context as a card that fails does; * is any.
  int planned_failure() const {
    static const std::string planned = getenv("SOFTGPU_FAIL") ? getenv("SOFTGPU_FAIL") : ":";
    static const size_t colon = planned.rfind(':');
    static const std::string name = planned.substr(0, colon);
    static const long at = strtol(planned.c_str() + colon + 1, nullptr, 10);
    static long runs = 0;
    if (name != "*" && name != kernel->name) return 0;
    return ++runs == at ? CUDA_ERROR_LAUNCH_FAILED : 0;
  }

  int run() {
    now = kind == kKernel ? kernel->name : kind == kForeign ? "a library's work" : "a copy";
    switch (kind) {
      case kKernel: {
        if (int failure = planned_failure()) return failure;
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
};

struct Node {
  Work work;
  std::vector<int> after;  // indices of nodes
};

struct Graph {
  std::vector<Node> nodes;
};

struct Stream {
  Graph *capture = nullptr;
  bool invalid = false;   // the capture that it began
  std::vector<int> last;  // nodes that the next one must wait for
};

struct Event {
  Graph *capture = nullptr;
  std::vector<int> last;
  // Work is done when it is submitted, so the host's clock is the device's.
  std::chrono::steady_clock::time_point recorded;
};

struct Module {
  std::vector<void *> libraries;
  ~Module() {
    for (void *l : libraries) dlclose(l);
  }
};

std::set<Stream *> streams;
Stream *capturer = nullptr;

CUresult submit(void *handle, Work work) {
  auto *s = static_cast<Stream *>(handle);
  if (s && !streams.count(s)) return refuse(CUDA_ERROR_INVALID_HANDLE, "%p is no stream", handle);
  if (capturing() && (!s || !s->capture)) return no_capture("work on a stream that it leaves out");
  if (s && s->capture) {
    Node node{std::move(work), s->last};
    s->capture->nodes.push_back(std::move(node));
    s->last = {static_cast<int>(s->capture->nodes.size()) - 1};
    return CUDA_SUCCESS;
  }
  if (CUresult bad = context_state()) return bad;
  return guarded([](void *w) { return static_cast<Work *>(w)->run(); }, &work);
}

CUresult replay(Graph &g) {
  static std::mt19937 random(20261125);
  std::vector<int> missing(g.nodes.size());
  std::vector<std::vector<int>> users(g.nodes.size());
  std::vector<int> ready;
  for (size_t i = 0; i < g.nodes.size(); ++i) {
    missing[i] = static_cast<int>(g.nodes[i].after.size());
    for (int before : g.nodes[i].after)
      users[static_cast<size_t>(before)].push_back(static_cast<int>(i));
    if (!missing[i]) ready.push_back(static_cast<int>(i));
  }
  while (!ready.empty()) {
    std::swap(ready[random() % ready.size()], ready.back());
    const auto i = static_cast<size_t>(ready.back());
    ready.pop_back();
    if (int failed = g.nodes[i].work.run()) return failed;
    for (int u : users[i])
      if (!--missing[static_cast<size_t>(u)]) ready.push_back(u);
  }
  return CUDA_SUCCESS;
}

}  // namespace

namespace softgpu {

bool capturing() { return capturer != nullptr; }

CUresult no_capture(const char *what) {
  if (!capturer) return context_state();
  capturer->invalid = true;
  return refuse(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "in a capture: %s", what);
}

const char *running() { return now; }

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
SOFTGPU_API CUresult cuModuleUnload(void *module) {
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

SOFTGPU_API CUresult softgpu_enqueue(void *stream, int (*run)(void *), void *argument,
                                     void (*drop)(void *)) {
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
  return submit(stream, std::move(w));
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

// ---- streams and events -----------------------------------------------------------------------

SOFTGPU_API CUresult cuStreamCreate(void **stream, unsigned) {
  if (CUresult bad = no_capture("cuStreamCreate")) return bad;
  auto *s = new Stream();
  streams.insert(s);
  *stream = s;
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuStreamDestroy_v2(void *stream) {
  auto *s = static_cast<Stream *>(stream);
  if (!streams.erase(s)) return refuse(CUDA_ERROR_INVALID_HANDLE, "%p is no stream", stream);
  delete s;
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuStreamSynchronize(void *) {
  if (CUresult bad = no_capture("cuStreamSynchronize")) return bad;
  return check_slack();
}
SOFTGPU_API CUresult cuStreamQuery(void *) { return no_capture("cuStreamQuery"); }
SOFTGPU_API CUresult cuStreamWaitEvent(void *stream, void *event, unsigned) {
  auto *s = static_cast<Stream *>(stream);
  auto *e = static_cast<Event *>(event);
  if (!e->capture) return CUDA_SUCCESS;
  s->capture = e->capture;
  for (int n : e->last)
    if (std::find(s->last.begin(), s->last.end(), n) == s->last.end()) s->last.push_back(n);
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuEventCreate(void **event, unsigned) {
  *event = new Event();
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuEventDestroy_v2(void *event) {
  delete static_cast<Event *>(event);
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuEventRecord(void *event, void *stream) {
  auto *s = static_cast<Stream *>(stream);
  auto *e = static_cast<Event *>(event);
  e->capture = s ? s->capture : nullptr;
  e->last = s ? s->last : std::vector<int>();
  e->recorded = std::chrono::steady_clock::now();
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuEventElapsedTime(float *milliseconds, void *begin, void *end) {
  if (CUresult bad = no_capture("cuEventElapsedTime")) return bad;
  const auto from = static_cast<Event *>(begin)->recorded;
  const auto to = static_cast<Event *>(end)->recorded;
  if (from.time_since_epoch().count() == 0 || to.time_since_epoch().count() == 0)
    return refuse(CUDA_ERROR_INVALID_HANDLE, "cuEventElapsedTime of an event without a record");
  *milliseconds = std::chrono::duration<float, std::milli>(to - from).count();
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuEventSynchronize(void *) { return no_capture("cuEventSynchronize"); }
SOFTGPU_API CUresult cuEventQuery(void *) { return no_capture("cuEventQuery"); }

// ---- graphs -----------------------------------------------------------------------------------

SOFTGPU_API CUresult cuStreamBeginCapture_v2(void *stream, int) {
  auto *s = static_cast<Stream *>(stream);
  if (!s || !streams.count(s))
    return refuse(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "the default stream cannot be captured");
  if (CUresult bad = no_capture("cuStreamBeginCapture")) return bad;
  s->capture = new Graph();
  s->last.clear();
  s->invalid = false;
  capturer = s;
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuStreamEndCapture(void *stream, void **graph) {
  auto *s = static_cast<Stream *>(stream);
  if (s != capturer || !s)
    return refuse(CUDA_ERROR_INVALID_HANDLE, "cuStreamEndCapture on a stream that began none");
  // A branch that was never joined would run unordered to what follows the graph.
  std::vector<bool> joined(s->capture->nodes.size());
  std::vector<int> open = s->last;
  while (!open.empty()) {
    const auto n = static_cast<size_t>(open.back());
    open.pop_back();
    if (joined[n]) continue;
    joined[n] = true;
    for (int before : s->capture->nodes[n].after) open.push_back(before);
  }
  const bool whole = std::find(joined.begin(), joined.end(), false) == joined.end();
  const bool invalid = s->invalid;
  for (Stream *other : streams)
    if (other != s && other->capture == s->capture) other->capture = nullptr;
  std::unique_ptr<Graph> captured(std::exchange(s->capture, nullptr));
  capturer = nullptr;
  *graph = nullptr;
  if (invalid)
    return refuse(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "the capture saw a forbidden call");
  if (!whole) return refuse(CUDA_ERROR_STREAM_CAPTURE_UNJOINED, "a forked stream was not joined");
  *graph = captured.release();
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuGraphInstantiateWithFlags(void **exec, void *graph, unsigned long long) {
  *exec = new Graph(*static_cast<Graph *>(graph));
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuGraphUpload(void *, void *) { return no_capture("cuGraphUpload"); }
SOFTGPU_API CUresult cuGraphLaunch(void *exec, void *) {
  if (CUresult bad = no_capture("cuGraphLaunch")) return bad;
  return guarded([](void *g) { return replay(*static_cast<Graph *>(g)); }, exec);
}
SOFTGPU_API CUresult cuGraphDestroy(void *graph) {
  delete static_cast<Graph *>(graph);
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuGraphExecDestroy(void *exec) {
  delete static_cast<Graph *>(exec);
  return CUDA_SUCCESS;
}
