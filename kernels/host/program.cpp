// Programs: a list of steps with absolute addresses, run by one call without allocating.
//
// Words of chl_program_add:
//   elementwise       rank dims.. loads (address|0, bits of the constant, strides..)..
//                     instrs (op dst a b c, bits of the immediate)..
//                     stores (address, register, format, strides..)..
//   reduction         isMax, reduced.. (one per axis, after rank and dims), then as above
//   primitive         primitive arguments (id address)..
//   pack              reorder from to version held: copies when *version != *held
//   changed           version: says that a variable has a new value
//   maxPool..         n c h w oh ow kh kw strideH strideW padTop padLeft dilationH dilationW
//                     pixel channel (strides of the smaller side)
//                     src, for the gradient and the pick values, dst
//   separable         n c h w oh ow, then for each row and each column of the result taps
//                     (at, bits of the weight).., src dst
//   logSoftmax        outer length inner src dst
//   dropout           n c plane channelsLast threshold, bits of the scale, seed stream src counter
//                     dst
//   oneHot            n classes src dst;  toFloat, increment: n src dst;  copy: from to bytes
//   gather(Along)     outer extent inner count, bits of what lies outside, src indices dst
//   scatterAdd(Along) outer extent inner count src indices dst
//   argMax, topK      outer extent inner count src dst
//   custom            int (*body)(void)
#include <omp.h>

#include <algorithm>
#include <cstring>

#include "host/step.h"

namespace chladni {
namespace {

// ---- oneDNN
// --------------------------------------------------------------------------------------

struct Bound {
  Primitive *p = nullptr;
  std::vector<dnnl_exec_arg_t> args;
  void bind(Primitive *primitive, const std::vector<std::pair<int, void *>> &addresses) {
    p = primitive;
    args.reserve(addresses.size());
    for (auto &a : addresses) {
      dnnl_memory_t m;
      check(dnnl_memory_create(&m, p->argument(a.first), p->engine->engine, a.second),
            "memory for " + p->implementation);
      args.push_back({a.first, m});
    }
    if (args.size() != p->arguments.size())
      throw std::runtime_error(p->implementation + " takes " + std::to_string(p->arguments.size()) +
                               " arguments, got " + std::to_string(args.size()));
  }
  int run() {
    const bool narrow = p->threads != p->engine->threads;
    if (narrow) omp_set_num_threads(p->threads);
    dnnl_status_t s = dnnl_primitive_execute(p->primitive, p->engine->stream,
                                             static_cast<int>(args.size()), args.data());
    if (narrow) omp_set_num_threads(p->engine->threads);
    if (s != dnnl_success) set_error(p->implementation + ": " + status_text(s));
    return s == dnnl_success ? 0 : -1;
  }
  ~Bound() {
    for (auto &a : args) dnnl_memory_destroy(a.memory);
  }
};

struct Execute : Step {
  Bound bound;
  int run() override { return bound.run(); }
};

struct Pack : Step {
  Bound bound;
  const int64_t *version = nullptr;
  int64_t *held = nullptr;
  int run() override {
    if (version && *version == *held) return 0;
    if (int failed = bound.run()) return failed;
    if (version) *held = *version;
    return 0;
  }
};

struct Changed : Step {
  int64_t *version = nullptr;
  int run() override {
    ++*version;
    return 0;
  }
};

// ---- the rest
// ------------------------------------------------------------------------------------

struct Softmax : Step {
  Rows rows{};
  int run() override {
    engine->kernels->logSoftmax(rows);
    return 0;
  }
};

struct Dropout : Step {
  Mask mask{};
  int run() override {
    engine->kernels->dropout(mask);
    return 0;
  }
};

struct OneHot : Step {
  int64_t n = 0, classes = 0;
  const int *src = nullptr;
  float *dst = nullptr;
  int run() override {
    std::fill(dst, dst + n * classes, 0.f);
    for (int64_t i = 0; i < n; ++i)
      if (src[i] >= 0 && src[i] < classes) dst[i * classes + src[i]] = 1.f;
    return 0;
  }
};

struct ToFloat : Step {
  int64_t n = 0;
  const int *src = nullptr;
  float *dst = nullptr;
  int run() override {
    for (int64_t i = 0; i < n; ++i) dst[i] = static_cast<float>(src[i]);
    return 0;
  }
};

struct Increment : Step {
  int64_t n = 0;
  const int *src = nullptr;
  int *dst = nullptr;
  int run() override {
    for (int64_t i = 0; i < n; ++i) dst[i] = static_cast<int>(static_cast<unsigned>(src[i]) + 1u);
    return 0;
  }
};

struct Copy : Step {
  const void *from = nullptr;
  void *to = nullptr;
  int64_t bytes = 0;
  int run() override {
    memmove(to, from, static_cast<size_t>(bytes));
    return 0;
  }
};

struct Program {
  Engine *engine = nullptr;
  std::vector<std::unique_ptr<Step>> steps;
};

std::unique_ptr<Step> make(Engine *engine, int kind, Words w) {
  auto begin = [&](auto step) {
    step->engine = engine;
    return step;
  };
  auto parallel = [&](int64_t work) { return threads_for(engine, work); };
  switch (kind) {
    case CHL_STEP_ELEMENTWISE:
      return make_elementwise(engine, w);
    case CHL_STEP_REDUCTION:
      return make_reduction(engine, w);
    case CHL_STEP_PRIMITIVE: {
      auto s = begin(std::make_unique<Execute>());
      auto *p = w.address<Primitive>();
      std::vector<std::pair<int, void *>> args(static_cast<size_t>(w.next()));
      for (auto &a : args) {
        a.first = static_cast<int>(w.next());
        a.second = w.address<void>();
      }
      s->bound.bind(p, args);
      return s;
    }
    case CHL_STEP_PACK: {
      auto s = begin(std::make_unique<Pack>());
      auto *p = w.address<Primitive>();
      void *from = w.address<void>(), *to = w.address<void>();
      s->version = w.address<int64_t>();
      s->held = w.address<int64_t>();
      void *scratch = w.address<void>();
      std::vector<std::pair<int, void *>> args = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
      if (p->scratch) args.emplace_back(DNNL_ARG_SCRATCHPAD, scratch);
      s->bound.bind(p, args);
      return s;
    }
    case CHL_STEP_CHANGED: {
      auto s = begin(std::make_unique<Changed>());
      s->version = w.address<int64_t>();
      return s;
    }
    case CHL_STEP_MAX_POOL:
    case CHL_STEP_MAX_POOL_GRAD:
    case CHL_STEP_MAX_POOL_PICK:
      return make_max_pool(engine, kind, w);
    case CHL_STEP_SEPARABLE:
      return make_separable(engine, w);
    case CHL_STEP_LOG_SOFTMAX: {
      auto s = begin(std::make_unique<Softmax>());
      auto &r = s->rows;
      r.outer = w.next();
      r.length = w.next();
      r.inner = w.next();
      r.src = w.address<float>();
      r.dst = w.address<float>();
      r.threads = parallel(r.outer * r.length * r.inner * 8);
      return s;
    }
    case CHL_STEP_DROPOUT: {
      auto s = begin(std::make_unique<Dropout>());
      auto &m = s->mask;
      m.n = w.next();
      m.c = w.next();
      m.plane = w.next();
      m.channelsLast = w.next() != 0;
      m.threshold = static_cast<unsigned>(w.next());
      m.scale = static_cast<float>(w.number());
      auto seed = static_cast<uint64_t>(w.next());
      m.seedLow = static_cast<unsigned>(seed);
      m.seedHigh = static_cast<unsigned>(seed >> 32);
      m.stream = static_cast<unsigned>(w.next());
      m.src = w.address<float>();
      m.counter = w.address<int>();
      m.dst = w.address<float>();
      m.threads = parallel(m.n * m.c * m.plane * 8);
      return s;
    }
    case CHL_STEP_ONE_HOT: {
      auto s = begin(std::make_unique<OneHot>());
      s->n = w.next();
      s->classes = w.next();
      s->src = w.address<int>();
      s->dst = w.address<float>();
      return s;
    }
    case CHL_STEP_TO_FLOAT: {
      auto s = begin(std::make_unique<ToFloat>());
      s->n = w.next();
      s->src = w.address<int>();
      s->dst = w.address<float>();
      return s;
    }
    case CHL_STEP_INCREMENT: {
      auto s = begin(std::make_unique<Increment>());
      s->n = w.next();
      s->src = w.address<int>();
      s->dst = w.address<int>();
      return s;
    }
    case CHL_STEP_COPY: {
      auto s = begin(std::make_unique<Copy>());
      s->from = w.address<void>();
      s->to = w.address<void>();
      s->bytes = w.next();
      return s;
    }
    case CHL_STEP_GATHER:
    case CHL_STEP_SCATTER_ADD:
    case CHL_STEP_GATHER_ALONG:
    case CHL_STEP_SCATTER_ADD_ALONG:
    case CHL_STEP_ARG_MAX:
    case CHL_STEP_TOP_K:
      return make_index(engine, kind, w);
    case CHL_STEP_CUSTOM:
      return make_custom(w);
    default:
      throw std::runtime_error("program: unknown step " + std::to_string(kind));
  }
}

}  // namespace
}  // namespace chladni

using namespace chladni;

CHL_API void *chl_program_create(void *engine) {
  return guarded<void *>(nullptr, [&]() -> void * {
    auto *p = new Program();
    p->engine = static_cast<Engine *>(engine);
    return p;
  });
}

CHL_API int chl_program_add(void *program, int kind, const int64_t *words, int64_t count) {
  return guarded<int>(-1, [&] {
    auto *p = static_cast<Program *>(program);
    p->steps.push_back(make(p->engine, kind, Words{words, words + count}));
    return 0;
  });
}

CHL_API int chl_program_run(void *program) {
  return guarded<int>(-1, [&] {
    for (auto &s : static_cast<Program *>(program)->steps)
      if (int failed = s->run()) return failed;
    return 0;
  });
}

CHL_API int chl_program_run_range(void *program, int64_t from, int64_t to) {
  return guarded<int>(-1, [&] {
    auto &steps = static_cast<Program *>(program)->steps;
    for (int64_t i = from; i < to; ++i)
      if (int failed = steps.at(static_cast<size_t>(i))->run()) return failed;
    return 0;
  });
}

CHL_API void chl_program_destroy(void *program) { delete static_cast<Program *>(program); }
