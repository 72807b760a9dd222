// Programs: a list of steps with absolute addresses, run by one call without allocating.
//
// Words of chl_program_add:
//   elementwise       rank dims.. loads (address|0, bits of the constant, strides..)..
//                     instrs (op dst a b c, bits of the immediate)..
//                     stores (address, register, strides..)..
//   reduction         isMax, reduced.. (one per axis, after rank and dims), then as above
//   primitive         primitive arguments (id address)..
//   pack              reorder from to version held: copies when *version != *held
//   changed           version: says that a variable has a new value
//   maxPool(Grad)     n c h w oh ow kh kw strideH strideW padTop padLeft src dst [dOut]
//   logSoftmax        outer length inner src dst
//   dropout           n c plane channelsLast threshold, bits of the scale, seed stream src counter dst
//   oneHot            n classes src dst;  toFloat, increment: n src dst;  copy: from to bytes
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "host/internal.h"

namespace chladni {
namespace {

double as_double(int64_t bits) {
  double d;
  memcpy(&d, &bits, 8);
  return d;
}

struct Words {
  const int64_t *at, *end;
  int64_t next() {
    if (at == end) throw std::runtime_error("step: its words end too early");
    return *at++;
  }
  double number() { return as_double(next()); }
  template <class T>
  T *address() {
    return reinterpret_cast<T *>(static_cast<uintptr_t>(next()));
  }
};

struct Step {
  Engine *engine = nullptr;
  virtual int run() = 0;
  virtual ~Step() = default;
};

// ---- fused kernels -------------------------------------------------------------------------------

int64_t cost(int op) {
  switch (op) {
    case CHL_EXP: case CHL_EXPM1: case CHL_LOG: case CHL_SIGMOID: case CHL_TANH: return 12;
    case CHL_SOFTPLUS: return 20;
    case CHL_DIV: case CHL_SQRT: case CHL_RECIPROCAL: return 3;
    default: return 1;
  }
}

struct Fused {
  Vm vm{};
  std::vector<bool> reduced;
  std::vector<double> partial;

  void axis_swap(int a, int b) {
    std::swap(vm.dims[a], vm.dims[b]);
    bool r = reduced[a];
    reduced[a] = reduced[b];
    reduced[b] = r;
    for (int i = 0; i < vm.nload; ++i) std::swap(vm.load[i].stride[a], vm.load[i].stride[b]);
    for (int i = 0; i < vm.nstore; ++i) std::swap(vm.store[i].stride[a], vm.store[i].stride[b]);
  }

  void axis_drop(int a) {
    auto shift = [&](long *v) {
      for (int k = a; k + 1 < vm.rank; ++k) v[k] = v[k + 1];
    };
    shift(vm.dims);
    for (int i = 0; i < vm.nload; ++i) shift(vm.load[i].stride);
    for (int i = 0; i < vm.nstore; ++i) shift(vm.store[i].stride);
    reduced.erase(reduced.begin() + a);
    --vm.rank;
  }

  void read(Words &w, bool reduction) {
    if (reduction) vm.isMax = w.next() != 0;
    vm.rank = static_cast<int>(w.next());
    if (vm.rank > CHL_MAX_RANK) throw std::runtime_error("fused kernel: too many axes");
    for (int a = 0; a < vm.rank; ++a) vm.dims[a] = w.next();
    reduced.assign(vm.rank, false);
    if (reduction)
      for (int a = 0; a < vm.rank; ++a) reduced[a] = w.next() != 0;
    vm.nload = static_cast<int>(w.next());
    if (vm.nload > CHL_MAX_LOADS) throw std::runtime_error("fused kernel: too many loads");
    for (int i = 0; i < vm.nload; ++i) {
      vm.load[i].base = w.address<float>();
      vm.load[i].constant = static_cast<float>(w.number());
      for (int a = 0; a < vm.rank; ++a) vm.load[i].stride[a] = w.next();
    }
    vm.ninstr = static_cast<int>(w.next());
    if (vm.ninstr > CHL_MAX_INSTRS - CHL_MAX_STORES)
      throw std::runtime_error("fused kernel: too many instructions");
    for (int i = 0; i < vm.ninstr; ++i) {
      auto &n = vm.instr[i];
      n.op = static_cast<int>(w.next());
      n.dst = static_cast<int>(w.next());
      n.a = static_cast<int>(w.next());
      n.b = static_cast<int>(w.next());
      n.c = static_cast<int>(w.next());
      n.imm = static_cast<float>(w.number());
      if (n.dst != vm.nload + i) throw std::runtime_error("fused kernel: registers must count on");
    }
    vm.nstore = static_cast<int>(w.next());
    if (vm.nstore > CHL_MAX_STORES) throw std::runtime_error("fused kernel: too many stores");
    for (int i = 0; i < vm.nstore; ++i) {
      vm.store[i].base = w.address<float>();
      vm.store[i].reg = static_cast<int>(w.next());
      for (int a = 0; a < vm.rank; ++a) vm.store[i].stride[a] = w.next();
    }
  }

  // Axes of extent 1 go; neighbours that every view walks as one become one.
  void collapse() {
    for (int a = vm.rank - 1; a >= 0; --a)
      if (vm.dims[a] == 1) axis_drop(a);
    for (int a = vm.rank - 2; a >= 0; --a) {
      bool joins = reduced[a] == reduced[a + 1];
      auto fits = [&](const long *s) { return s[a] == s[a + 1] * vm.dims[a + 1]; };
      for (int i = 0; i < vm.nload && joins; ++i) joins = fits(vm.load[i].stride);
      for (int i = 0; i < vm.nstore && joins; ++i) joins = fits(vm.store[i].stride);
      if (!joins) continue;
      vm.dims[a + 1] *= vm.dims[a];
      axis_drop(a);
    }
    if (vm.rank == 0) {
      vm.rank = 1;
      vm.dims[0] = 1;
      reduced.assign(1, false);
      for (int i = 0; i < vm.nload; ++i) vm.load[i].stride[0] = 0;
      for (int i = 0; i < vm.nstore; ++i) vm.store[i].stride[0] = 0;
    }
  }

  void tiles() {
    long cols = vm.dims[vm.rank - 1], rows = vm.rank > 1 ? vm.dims[vm.rank - 2] : 1;
    vm.colTiles = (cols + CHL_TILE - 1) / CHL_TILE;
    vm.colTile = (cols + vm.colTiles - 1) / vm.colTiles;
    if (vm.colTiles > 1) vm.colTile = std::min<long>(CHL_TILE, (vm.colTile + 15) / 16 * 16);
    vm.colTiles = (cols + vm.colTile - 1) / vm.colTile;
    vm.rowTile = vm.colTiles > 1 ? 1 : std::min<long>(rows, CHL_TILE / cols);
    vm.rowTiles = (rows + vm.rowTile - 1) / vm.rowTile;
    vm.outer = 1;
    for (int a = 0; a < vm.rank - 2; ++a) vm.outer *= vm.dims[a];
    vm.tiles = vm.outer * vm.rowTiles * vm.colTiles;
  }

  long elements() const {
    long n = 1;
    for (int a = 0; a < vm.rank; ++a) n *= vm.dims[a];
    return n;
  }

  static std::pair<const float *, const float *> range(const float *base, const long *stride,
                                                       const long *dims, int rank) {
    const float *hi = base;
    for (int a = 0; a < rank; ++a) hi += (dims[a] - 1) * stride[a];
    return {base, hi};
  }

  bool overlaps(const VmLoad &l, const VmStore &s) const {
    if (!l.base) return false;
    auto a = range(l.base, l.stride, vm.dims, vm.rank);
    auto b = range(s.base, s.stride, vm.dims, vm.rank);
    return a.first <= b.second && b.first <= a.second;
  }

  // mul then add of a register with no other reader becomes one pass.
  void fuse_multiply_add() {
    std::vector<int> uses(vm.nload + vm.ninstr, 0);
    for (int i = 0; i < vm.ninstr; ++i)
      for (int r : {vm.instr[i].a, vm.instr[i].b, vm.instr[i].c})
        if (r >= 0) ++uses[r];
    for (int i = 0; i < vm.nstore; ++i) ++uses[vm.store[i].reg];
    std::vector<bool> dead(vm.ninstr, false);
    for (int i = 0; i < vm.ninstr; ++i) {
      auto &n = vm.instr[i];
      if (n.op != CHL_ADD) continue;
      for (int side = 0; side < 2; ++side) {
        int m = side ? n.b : n.a, other = side ? n.a : n.b;
        int k = m - vm.nload;
        if (k < 0 || vm.instr[k].op != CHL_MUL || uses[m] != 1 || dead[k]) continue;
        n.op = CHL_MULADD;
        n.a = vm.instr[k].a;
        n.b = vm.instr[k].b;
        n.c = other;
        dead[k] = true;
        break;
      }
    }
    int kept = 0;
    for (int i = 0; i < vm.ninstr; ++i)
      if (!dead[i]) vm.instr[kept++] = vm.instr[i];
    vm.ninstr = kept;
  }

  // Loads keep a slot each, since copies are reused across tiles; results share slots by lifetime.
  void registers() {
    int regs = 0;
    for (int i = 0; i < vm.ninstr; ++i) regs = std::max(regs, vm.instr[i].dst + 1);
    regs = std::max(regs, vm.nload);
    std::vector<int> last(regs, -1);
    for (int i = 0; i < vm.ninstr; ++i)
      for (int r : {vm.instr[i].a, vm.instr[i].b, vm.instr[i].c})
        if (r >= 0) last[r] = i;
    for (int i = 0; i < vm.nstore; ++i) last[vm.store[i].reg] = vm.ninstr;
    vm.nslot = vm.nload;
    for (int i = 0; i < vm.nload; ++i) vm.slot[i] = i;
    std::vector<int> freed;
    for (int i = 0; i < vm.ninstr; ++i) {
      auto &n = vm.instr[i];
      // Operands that end here may give their slot to the result: same index, same tile.
      for (int r : {n.a, n.b, n.c})
        if (r >= vm.nload && last[r] == i) {
          freed.push_back(vm.slot[r]);
          last[r] = -2;
        }
      if (freed.empty()) {
        vm.slot[n.dst] = vm.nslot++;
      } else {
        vm.slot[n.dst] = freed.back();
        freed.pop_back();
      }
      if (last[n.dst] == -1) freed.push_back(vm.slot[n.dst]);
    }
  }

  // A result may be computed in its destination unless a load that lies there is still needed.
  void place_stores() {
    for (int i = 0; i < vm.nstore; ++i) {
      auto &s = vm.store[i];
      // A register that is stored twice or that is a load is copied at the end; a copied load that
      // some store overwrites goes through a register of its own.
      if (s.reg < vm.nload) {
        bool overwritten = false;
        for (int k = 0; k < vm.nstore; ++k) overwritten |= overlaps(vm.load[s.reg], vm.store[k]);
        if (overwritten) {
          auto &n = vm.instr[vm.ninstr];
          n = VmInstr{CHL_COPY, next_register(), s.reg, -1, -1, 0.f};
          ++vm.ninstr;
          s.reg = n.dst;
        }
      }
    }
    for (int i = 0; i < vm.nstore; ++i) {
      auto &s = vm.store[i];
      s.direct = s.reg >= vm.nload;
      for (int k = 0; k < i; ++k) s.direct &= vm.store[k].reg != s.reg;
      if (!s.direct) continue;
      int def = -1;
      for (int k = 0; k < vm.ninstr; ++k)
        if (vm.instr[k].dst == s.reg) def = k;
      for (int l = 0; l < vm.nload && s.direct; ++l) {
        if (!overlaps(vm.load[l], s)) continue;
        for (int k = def + 1; k < vm.ninstr; ++k)
          if (vm.instr[k].a == l || vm.instr[k].b == l || vm.instr[k].c == l) s.direct = false;
        // A multi-pass formula must not see its own result either: only one loop per instruction.
      }
    }
  }

  int next_register() const {
    int r = vm.nload;
    for (int i = 0; i < vm.ninstr; ++i) r = std::max(r, vm.instr[i].dst + 1);
    return r;
  }

  int threads(const Engine &e) const {
    int64_t work = vm.nload + vm.nstore;
    for (int i = 0; i < vm.ninstr; ++i) work += cost(vm.instr[i].op);
    return elements() * work < (1 << 17) ? 1 : e.threads;
  }
};

struct Elementwise : Step {
  Fused f;
  int run() override {
    engine->kernels->elementwise(f.vm);
    return 0;
  }
  void prepare() {
    f.collapse();
    f.fuse_multiply_add();
    f.place_stores();
    f.registers();
    f.tiles();
    f.vm.threads = static_cast<int>(std::min<long>(f.threads(*engine), f.vm.tiles));
  }
};

struct Reduction : Step {
  Fused f;
  int run() override {
    engine->kernels->reduction(f.vm);
    return 0;
  }
  void prepare() {
    auto &vm = f.vm;
    f.collapse();
    f.fuse_multiply_add();
    f.registers();
    // The two innermost axes are the tile; the others are sorted to kept before reduced.
    for (bool moved = true; moved;) {
      moved = false;
      for (int a = 0; a + 1 < vm.rank - 2; ++a)
        if (f.reduced[a] && !f.reduced[a + 1]) {
          f.axis_swap(a, a + 1);
          moved = true;
        }
    }
    f.tiles();
    vm.colReduced = f.reduced[vm.rank - 1];
    vm.rowReduced = vm.rank > 1 ? f.reduced[vm.rank - 2] : true;
    vm.keptOuter = 0;
    vm.kept = vm.reducedTiles = 1;
    for (int a = 0; a < vm.rank - 2; ++a) {
      (f.reduced[a] ? vm.reducedTiles : vm.kept) *= vm.dims[a];
      vm.keptOuter += !f.reduced[a];
    }
    (vm.rowReduced ? vm.reducedTiles : vm.kept) *= vm.rowTiles;
    (vm.colReduced ? vm.reducedTiles : vm.kept) *= vm.colTiles;
    vm.tileKept = (vm.rowReduced ? 1 : vm.rowTile) * (vm.colReduced ? 1 : vm.colTile);
    // Chunks depend on the size alone, so that thread counts agree to the bit.
    vm.chunks = vm.kept >= 32 ? 1 : std::min<long>(32 / vm.kept, vm.reducedTiles / 8);
    if (vm.chunks < 1) vm.chunks = 1;
    if (vm.chunks > 1) {
      f.partial.resize(vm.chunks * vm.kept * vm.nstore * vm.tileKept);
      vm.partial = f.partial.data();
    }
    vm.threads = static_cast<int>(std::min<long>(f.threads(*engine), vm.kept * vm.chunks));
  }
};

// ---- oneDNN --------------------------------------------------------------------------------------

struct Bound {
  Primitive *p = nullptr;
  std::vector<dnnl_exec_arg_t> args;
  void bind(Primitive *primitive, const std::vector<std::pair<int, void *>> &addresses) {
    p = primitive;
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

// ---- the rest ------------------------------------------------------------------------------------

struct Pooling : Step {
  Pool pool{};
  bool grad = false;
  int run() override {
    (grad ? engine->kernels->maxPoolGrad : engine->kernels->maxPool)(pool);
    return 0;
  }
};

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
  auto parallel = [&](int64_t work) { return work < (1 << 16) ? 1 : engine->threads; };
  switch (kind) {
    case CHL_STEP_ELEMENTWISE: {
      auto s = begin(std::make_unique<Elementwise>());
      s->f.read(w, false);
      s->prepare();
      return s;
    }
    case CHL_STEP_REDUCTION: {
      auto s = begin(std::make_unique<Reduction>());
      s->f.read(w, true);
      s->prepare();
      return s;
    }
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
    case CHL_STEP_MAX_POOL_GRAD: {
      auto s = begin(std::make_unique<Pooling>());
      auto &p = s->pool;
      for (long *v : {&p.n, &p.c, &p.h, &p.w, &p.oh, &p.ow, &p.kh, &p.kw, &p.strideH, &p.strideW,
                      &p.padTop, &p.padLeft})
        *v = w.next();
      p.src = w.address<float>();
      p.dst = w.address<float>();
      s->grad = kind == CHL_STEP_MAX_POOL_GRAD;
      if (s->grad) p.dOut = w.address<float>();
      p.threads = parallel(p.n * p.c * p.oh * p.ow * p.kh * p.kw);
      return s;
    }
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
    default: throw std::runtime_error("program: unknown step " + std::to_string(kind));
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
  for (auto &s : static_cast<Program *>(program)->steps)
    if (int failed = s->run()) return failed;
  return 0;
}

CHL_API int chl_program_profile(void *program, double *seconds) {
  using clock = std::chrono::steady_clock;
  for (auto &s : static_cast<Program *>(program)->steps) {
    auto t = clock::now();
    if (int failed = s->run()) return failed;
    *seconds++ = std::chrono::duration<double>(clock::now() - t).count();
  }
  return 0;
}

CHL_API void chl_program_destroy(void *program) { delete static_cast<Program *>(program); }
