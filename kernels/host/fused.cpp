// Fused kernels from the words of a plan: axes are joined, multiplications and additions paired,
// registers laid into slots, work cut into tiles. All of it once, when a program is made.
#include <algorithm>

#include "host/step.h"

namespace chladni {
namespace {

int64_t cost(int op) {
  switch (op) {
    case CHL_EXP:
    case CHL_EXPM1:
    case CHL_LOG:
    case CHL_SIGMOID:
    case CHL_TANH:
      return 12;
    case CHL_ERF:
    case CHL_SOFTPLUS:
      return 20;
    case CHL_POW:
      return 60;
    case CHL_DIV:
    case CHL_SQRT:
    case CHL_RECIPROCAL:
      return 3;
    default:
      return 1;
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
      vm.store[i].base = w.address<void>();
      vm.store[i].reg = static_cast<int>(w.next());
      vm.store[i].bfloat16 = w.next() == CHL_BFLOAT16;
      if (vm.store[i].bfloat16 && reduction)
        throw std::runtime_error("fused kernel: a reduction stores 32 bits");
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

  // The first byte and the one behind the last; a stride may be negative.
  std::pair<const char *, const char *> range(const void *base, const long *stride,
                                              long width) const {
    auto *at = static_cast<const char *>(base);
    long low = 0, high = 0;
    for (int a = 0; a < vm.rank; ++a) (stride[a] < 0 ? low : high) += (vm.dims[a] - 1) * stride[a];
    return {at + low * width, at + (high + 1) * width};
  }

  bool overlaps(const VmLoad &l, const VmStore &s) const {
    if (!l.base) return false;
    auto a = range(l.base, l.stride, 4);
    auto b = range(s.base, s.stride, s.bfloat16 ? 2 : 4);
    return a.first < b.second && b.first < a.second;
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
      s.direct = s.reg >= vm.nload && !s.bfloat16;
      for (int k = 0; k < i; ++k) s.direct &= !(vm.store[k].direct && vm.store[k].reg == s.reg);
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

}  // namespace

std::unique_ptr<Step> make_elementwise(Engine *engine, Words words) {
  auto s = std::make_unique<Elementwise>();
  s->engine = engine;
  s->f.read(words, false);
  s->prepare();
  return s;
}

std::unique_ptr<Step> make_reduction(Engine *engine, Words words) {
  auto s = std::make_unique<Reduction>();
  s->engine = engine;
  s->f.read(words, true);
  s->prepare();
  return s;
}

}  // namespace chladni
