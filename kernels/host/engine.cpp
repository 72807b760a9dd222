// The engine: oneDNN's engine and stream, the instruction set, the number of threads; and layouts.
#include <omp.h>

#include "host/internal.h"

// Xbyak, with which oneDNN writes its kernels, remembers an error of a thread until somebody clears
// it, and nobody does: after one block of code that could not be had, oneDNN refuses every kernel
// on that thread for good. The function is inline there and the variable unique in the process, so
// that this one and oneDNN's are the same.
namespace Xbyak {
namespace local {
__attribute__((visibility("default"))) inline int &GetErrorRef() {
  static thread_local int err = 0;
  return err;
}
}  // namespace local
}  // namespace Xbyak

namespace chladni {

void forgive_generator() noexcept { Xbyak::local::GetErrorRef() = 0; }

static thread_local std::string last_error;

void set_error(const char *message) noexcept {
  try {
    last_error = message;
  } catch (const std::bad_alloc &) {
    last_error.clear();
  }
}

void set_error(const std::string &message) noexcept { set_error(message.c_str()); }

const char *status_text(dnnl_status_t status) {
  switch (status) {
    case dnnl_success:
      return "success";
    case dnnl_out_of_memory:
      return "out of memory";
    case dnnl_invalid_arguments:
      return "invalid arguments";
    case dnnl_unimplemented:
      return "not implemented";
    case dnnl_runtime_error:
      return "run-time error";
    default:
      return "failed";
  }
}

static int rank_of(const_dnnl_memory_desc_t desc) {
  int rank = 0;
  dnnl_memory_desc_query(desc, dnnl_query_ndims_s32, &rank);
  return rank;
}

dnnl_memory_desc_t grouped_like(const_dnnl_memory_desc_t desc, const_dnnl_memory_desc_t like) {
  dnnl_memory_desc_t split;
  if (rank_of(desc) != 4 || rank_of(like) != 5) {
    check(dnnl_memory_desc_clone(&split, desc), "a layout");
    return split;
  }
  dnnl_dims_t *dims;
  dnnl_memory_desc_query(like, dnnl_query_dims, &dims);
  check(dnnl_memory_desc_reshape(&split, desc, 5, *dims), "to split weights in groups");
  return split;
}

Engine::~Engine() {
  if (stream) dnnl_stream_destroy(stream);
  if (engine) dnnl_engine_destroy(engine);
}

// The newest instruction set that the machine has; CHLADNI_ISA=avx2 or baseline takes an older one,
// for tests.
static const KernelTable *best_kernels() {
  const char *cap = getenv("CHLADNI_ISA");
  std::string limit = cap ? cap : "";
  __builtin_cpu_init();
  bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx512 && limit.empty()) return &avx512::kernels;
  if (avx2 && limit != "baseline") return &avx2::kernels;
  return &baseline::kernels;
}

}  // namespace chladni

using namespace chladni;

CHL_API int chl_abi(void) { return CHL_ABI; }

CHL_API const char *chl_error(void) {
  return last_error.empty() ? "out of memory" : last_error.c_str();
}

CHL_API void *chl_engine_create(int threads) {
  return guarded<void *>(nullptr, [&]() -> void * {
    // Its errors come back as a status; by default it prints them to stdout as well.
    if (!getenv("ONEDNN_VERBOSE") && !getenv("DNNL_VERBOSE")) dnnl_set_verbose(0);
    auto e = std::make_unique<Engine>();
    e->threads = threads;
    e->kernels = best_kernels();
    omp_set_dynamic(0);
    omp_set_num_threads(threads);
    check(dnnl_engine_create(&e->engine, dnnl_cpu, 0), "a CPU engine");
    check(dnnl_stream_create(&e->stream, e->engine, dnnl_stream_in_order), "a stream");
    const dnnl_version_t *v = dnnl_version();
    e->description = std::string("kernels ") + e->kernels->name + ", oneDNN " +
                     std::to_string(v->major) + "." + std::to_string(v->minor) + "." +
                     std::to_string(v->patch) + ", " + std::to_string(threads) +
                     (threads == 1 ? " thread" : " threads");
    return e.release();
  });
}

CHL_API void chl_engine_destroy(void *engine) { delete static_cast<Engine *>(engine); }

CHL_API const char *chl_engine_describe(void *engine) {
  return static_cast<Engine *>(engine)->description.c_str();
}

CHL_API const char *chl_engine_kernels(void *engine) {
  return static_cast<Engine *>(engine)->kernels->name;
}

CHL_API int chl_engine_takes(void *engine, int format) {
  const int isa = dnnl_cpu_isa_avx512_core_bf16;
  return format == CHL_SINGLE || (static_cast<Engine *>(engine)->kernels == &avx512::kernels &&
                                  (dnnl_get_effective_cpu_isa() & isa) == isa);
}

CHL_API void *chl_layout_plain(const int64_t *dims, int rank) {
  return guarded<void *>(nullptr, [&]() -> void * {
    auto l = std::make_unique<Layout>();
    dnnl_dims_t d, s;
    int64_t stride = 1;
    for (int i = rank - 1; i >= 0; --i) {
      d[i] = dims[i];
      s[i] = stride;
      stride *= dims[i];
    }
    check(dnnl_memory_desc_create_with_strides(&l->desc, rank, d, dnnl_f32, s), "a plain layout");
    return l.release();
  });
}

CHL_API void *chl_layout_clone(const void *layout) {
  return guarded<void *>(
      nullptr, [&]() -> void * { return new Layout(static_cast<const Layout *>(layout)->desc); });
}

CHL_API int64_t chl_layout_bytes(const void *layout) {
  return static_cast<int64_t>(dnnl_memory_desc_get_size(static_cast<const Layout *>(layout)->desc));
}

CHL_API int chl_layout_equal(const void *a, const void *b) {
  return guarded<int>(0, [&] {
    auto *x = static_cast<const Layout *>(a)->desc, *y = static_cast<const Layout *>(b)->desc;
    Layout left, right;
    left.desc = grouped_like(x, y);
    right.desc = grouped_like(y, x);
    return dnnl_memory_desc_equal(left.desc, right.desc);
  });
}

// Outer axes from the largest stride, upper case where an axis is blocked, then the blocks:
// ABcd16b16a; of bfloat16 if it says so.
CHL_API const char *chl_layout_text(const void *layout) {
  auto *l = static_cast<const Layout *>(layout);
  int rank = 0, blocks = 0;
  dnnl_dims_t *strides, *sizes, *axes;
  dnnl_memory_desc_query(l->desc, dnnl_query_ndims_s32, &rank);
  dnnl_memory_desc_query(l->desc, dnnl_query_inner_nblks_s32, &blocks);
  dnnl_memory_desc_query(l->desc, dnnl_query_strides, &strides);
  dnnl_memory_desc_query(l->desc, dnnl_query_inner_blks, &sizes);
  dnnl_memory_desc_query(l->desc, dnnl_query_inner_idxs, &axes);
  std::string text;
  std::vector<bool> used(rank, false);
  for (int k = 0; k < rank; ++k) {
    int best = -1;
    for (int i = 0; i < rank; ++i)
      if (!used[i] && (best < 0 || (*strides)[i] > (*strides)[best])) best = i;
    used[best] = true;
    bool blocked = false;
    for (int b = 0; b < blocks; ++b) blocked |= (*axes)[b] == best;
    text += static_cast<char>((blocked ? 'A' : 'a') + best);
  }
  for (int b = 0; b < blocks; ++b)
    text += std::to_string((*sizes)[b]) + static_cast<char>('a' + (*axes)[b]);
  dnnl_data_type_t type = dnnl_f32;
  dnnl_memory_desc_query(l->desc, dnnl_query_data_type, &type);
  if (type == dnnl_bf16) text += " bf16";
  l->text = text;
  return l->text.c_str();
}

CHL_API void chl_layout_destroy(void *layout) { delete static_cast<Layout *>(layout); }
