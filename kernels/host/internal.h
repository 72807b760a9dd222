// What the translation units of the library share behind the C ABI.
#pragma once
#include <dnnl.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/chladni_cpu.h"
#include "host/table.h"

namespace chladni {

void set_error(const char *message) noexcept;
void set_error(const std::string &message) noexcept;

// Lets oneDNN make kernels again after it could not.
void forgive_generator() noexcept;

// Runs f; an exception becomes the message of chl_error and `failed`.
template <class T, class F>
T guarded(T failed, F f) {
  try {
    return f();
  } catch (const std::bad_alloc &) {
    set_error("out of memory");
  } catch (const std::exception &e) {
    set_error(e.what());
  }
  forgive_generator();
  return failed;
}

const char *status_text(dnnl_status_t status);

inline void check(dnnl_status_t status, const std::string &what) {
  if (status != dnnl_success)
    throw std::runtime_error("oneDNN refused " + what + ": " + status_text(status));
}

struct Engine {
  int threads = 1;
  const KernelTable *kernels = nullptr;
  dnnl_engine_t engine = nullptr;
  dnnl_stream_t stream = nullptr;
  std::string description;
  ~Engine();
};

struct Layout {
  dnnl_memory_desc_t desc = nullptr;
  mutable std::string text;
  explicit Layout(const_dnnl_memory_desc_t of) {
    check(dnnl_memory_desc_clone(&desc, of), "layout");
  }
  Layout() = default;
  Layout(const Layout &) = delete;
  Layout &operator=(const Layout &) = delete;
  ~Layout() {
    if (desc) dnnl_memory_desc_destroy(desc);
  }
};

// A row-major `desc` of rank 4 with its first axis split in groups where `like` has rank 5, which
// is how oneDNN sees the weights of groups; else a copy. The caller's to destroy.
dnnl_memory_desc_t grouped_like(const_dnnl_memory_desc_t desc, const_dnnl_memory_desc_t like);

// A primitive with the description of each argument, so that addresses can be bound later.
struct Primitive {
  Engine *engine = nullptr;
  dnnl_primitive_t primitive = nullptr;
  dnnl_primitive_desc_t desc = nullptr;
  std::string implementation;
  std::vector<std::pair<int, const_dnnl_memory_desc_t>> arguments;
  std::vector<dnnl_memory_desc_t> owned;
  Layout *weights = nullptr;
  int64_t scratch = 0;
  int threads = 1;
  const_dnnl_memory_desc_t argument(int id) const;
  ~Primitive();
};

}  // namespace chladni
