// What a plan computes: the operations of its graph one after the other, by their definition.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>

#include "descriptor.h"

namespace softgpu {
namespace {

struct Tensor {
  int64_t dims[4], strides[4], id, alignment;
  int type;
  bool is_virtual;
  char *data = nullptr;
  std::vector<float> own;  // of a virtual one

  explicit Tensor(const Descriptor &d) {
    for (size_t i = 0; i < 4; ++i) {
      dims[i] = d.integer(902, i);
      strides[i] = d.integer(903, i);
    }
    id = d.integer(906);
    alignment = d.integer(900);
    type = d.number(901);
    is_virtual = d.has(907) && d.attributes.at(907).bytes[0];
  }
  int64_t extent() const {
    int64_t n = 1;
    for (int i = 0; i < 4; ++i) n += (dims[i] - 1) * strides[i];
    return n;
  }
  size_t width() const { return type == kBfloat16 ? 2 : 4; }
  int64_t at(int64_t n, int64_t c, int64_t h, int64_t w) const {
    return n * strides[0] + c * strides[1] + h * strides[2] + w * strides[3];
  }
  float load(int64_t i) const {
    if (is_virtual) return own[static_cast<size_t>(i)];
    if (type == kFloat) return reinterpret_cast<const float *>(data)[i];
    const unsigned bits = static_cast<unsigned>(reinterpret_cast<const uint16_t *>(data)[i]) << 16;
    float value;
    memcpy(&value, &bits, 4);
    return value;
  }
  void store(int64_t i, float value) {
    if (is_virtual) {
      own[static_cast<size_t>(i)] = value;
    } else if (type == kFloat) {
      reinterpret_cast<float *>(data)[i] = value;
    } else {
      unsigned bits;
      memcpy(&bits, &value, 4);
      reinterpret_cast<uint16_t *>(data)[i] =
          value != value ? 0x7FC0 : static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }
  }
};

// The parts of one operation, by the attribute numbers of its kind.
struct Names {
  int alpha, beta, convolution, weight, large, small;
};

Names names(int kind) {
  switch (kind) {
    case kForward:
      return {700, 701, 702, 703, 704, 705};
    case kBackwardData:
      return {706, 707, 708, 709, 710, 711};
    default:
      return {712, 713, 714, 715, 716, 717};
  }
}

// A run of a plan: everything that is needed when its turn comes.
struct Run {
  std::shared_ptr<const Descriptor> graph;
  int engine, tile;
  std::map<int64_t, char *> pointers;
  std::map<int64_t, Tensor> tensors;

  Tensor &tensor(const Descriptor &d) {
    auto found = tensors.find(d.integer(906));
    if (found == tensors.end()) {
      Tensor t(d);
      if (t.is_virtual)
        t.own.assign(static_cast<size_t>(t.extent()), NAN);
      else
        t.data = pointers.at(t.id);
      found = tensors.emplace(t.id, std::move(t)).first;
    }
    return found->second;
  }
};

// As tensor cores take it: TF32 keeps 10 bits behind the point, here rounded to nearest, ties to
// even. bfloat16 has fewer and stays as it is.
float operand(float value, int engine) {
  if ((engine != kDownConverting && engine != kTensorCore) || !std::isfinite(value)) return value;
  unsigned bits;
  memcpy(&bits, &value, 4);
  bits = (bits + 0xFFF + (bits >> 13 & 1)) & ~0x1FFFu;
  memcpy(&value, &bits, 4);
  return value;
}

struct Geometry {
  int64_t stride[2], dilation[2], pad[2];
  explicit Geometry(const Descriptor &d) {
    for (size_t i = 0; i < 2; ++i) {
      dilation[i] = d.integer(102, i);
      stride[i] = d.integer(103, i);
      pad[i] = d.integer(105, i);
    }
  }
};

// Calls visit(index in large, index in small, index in weight, terms along channels) for every pair
// that meets; channels of one group lie between.
template <class Visit>
void walk(const Tensor &large, const Tensor &small, const Tensor &weight, const Geometry &g,
          Visit visit) {
  const int64_t groups = large.dims[1] / weight.dims[1], og = small.dims[1] / groups;
  for (int64_t n = 0; n < large.dims[0]; ++n)
    for (int64_t y = 0; y < small.dims[2]; ++y)
      for (int64_t kh = 0; kh < weight.dims[2]; ++kh) {
        const int64_t ih = y * g.stride[0] - g.pad[0] + kh * g.dilation[0];
        if (ih < 0 || ih >= large.dims[2]) continue;
        for (int64_t x = 0; x < small.dims[3]; ++x)
          for (int64_t kw = 0; kw < weight.dims[3]; ++kw) {
            const int64_t iw = x * g.stride[1] - g.pad[1] + kw * g.dilation[1];
            if (iw < 0 || iw >= large.dims[3]) continue;
            for (int64_t o = 0; o < small.dims[1]; ++o)
              visit(large.at(n, o / og * weight.dims[1], ih, iw), small.at(n, o, y, x),
                    weight.at(o, 0, kh, kw));
          }
      }
}

// A sum whose terms came in an order of the moment.
double in_some_order(double sum) {
  static std::mt19937 random(7);
  return sum * (1 + (random() % 8) * 0x1p-23);
}

void convolve(Run &run, const Descriptor &op) {
  const Names k = names(op.kind);
  Tensor &weight = run.tensor(op.to(k.weight)), &large = run.tensor(op.to(k.large)),
         &small = run.tensor(op.to(k.small));
  const Geometry g(op.to(k.convolution));
  Tensor &result = op.kind == kForward ? small : op.kind == kBackwardData ? large : weight;
  std::vector<double> sum(static_cast<size_t>(result.extent()), 0.);
  const int64_t channels = weight.dims[1];
  const int e = run.engine;
  const auto add = [&](int64_t i, float a, float b) {
    double &to = sum[static_cast<size_t>(i)];
    to += (double)operand(a, e) * operand(b, e);
    if (run.tile == 1) to = static_cast<float>(to);
  };
  walk(large, small, weight, g, [&](int64_t l, int64_t s, int64_t w) {
    for (int64_t c = 0; c < channels; ++c, l += large.strides[1], w += weight.strides[1]) {
      if (op.kind == kForward)
        add(s, large.load(l), weight.load(w));
      else if (op.kind == kBackwardData)
        add(l, small.load(s), weight.load(w));
      else
        add(w, large.load(l), small.load(s));
    }
  });
  const double alpha = op.real(k.alpha), beta = op.real(k.beta);
  for (int64_t n = 0; n < result.dims[0]; ++n)
    for (int64_t c = 0; c < result.dims[1]; ++c)
      for (int64_t h = 0; h < result.dims[2]; ++h)
        for (int64_t w = 0; w < result.dims[3]; ++w) {
          const int64_t i = result.at(n, c, h, w);
          double value = alpha * sum[static_cast<size_t>(i)];
          if (beta != 0.) value += beta * result.load(i);
          if (e == kNondeterministic) value = in_some_order(value);
          result.store(i, static_cast<float>(value));
        }
}

float apply(int mode, double slope, float x, float b) {
  switch (mode) {
    case 0:
      return x + b;
    case 1:
      return x * b;
    case 21:
      return x;
    case 100:
      return x > 0 ? x : static_cast<float>(slope) * x;
    case 101:
      return std::tanh(x);
    case 102:
      return 1 / (1 + std::exp(-x));
    default:
      return NAN;
  }
}

void pointwise(Run &run, const Descriptor &op) {
  const Descriptor &what = op.to(750);
  Tensor &x = run.tensor(op.to(751)), &y = run.tensor(op.to(753));
  Tensor *b = op.has(752) ? &run.tensor(op.to(752)) : nullptr;
  const double slope = what.has(5) ? what.real(5) : 0;
  const bool keeps_nan = what.number(0) != 100 || (what.has(2) && what.number(2) == 1);
  for (int64_t n = 0; n < y.dims[0]; ++n)
    for (int64_t c = 0; c < y.dims[1]; ++c)
      for (int64_t h = 0; h < y.dims[2]; ++h)
        for (int64_t w = 0; w < y.dims[3]; ++w) {
          const float other = b ? b->load(b->at(b->dims[0] > 1 ? n : 0, b->dims[1] > 1 ? c : 0,
                                                b->dims[2] > 1 ? h : 0, b->dims[3] > 1 ? w : 0))
                                : 0.f;
          const float value = x.load(x.at(n, c, h, w));
          y.store(y.at(n, c, h, w),
                  keeps_nan || value == value ? apply(what.number(0), slope, value, other) : 0.f);
        }
}

// Over all but the channels. No engine has a note that its order is not fixed: it must be asked
// for.
void reduce(Run &run, const Descriptor &op) {
  Tensor &x = run.tensor(op.to(1610)), &y = run.tensor(op.to(1611));
  const Descriptor &what = op.to(1612);
  const bool fixed = what.has(1602) && what.attributes.at(1602).bytes[0];
  for (int64_t c = 0; c < x.dims[1]; ++c) {
    double sum = 0;
    for (int64_t n = 0; n < x.dims[0]; ++n)
      for (int64_t h = 0; h < x.dims[2]; ++h)
        for (int64_t w = 0; w < x.dims[3]; ++w) sum += x.load(x.at(n, c, h, w));
    y.store(y.at(0, c, 0, 0), static_cast<float>(fixed ? sum : in_some_order(sum)));
  }
}

int compute(void *argument) {
  Run &run = *static_cast<Run *>(argument);
  run.tensors.clear();
  for (auto &op : run.graph->named.at(801))
    op->kind == kPointwiseOperation   ? pointwise(run, *op)
    : op->kind == kReductionOperation ? reduce(run, *op)
                                      : convolve(run, *op);
  return 0;
}

bool fits(const Descriptor &op) {
  const Names k = names(op.kind);
  const Tensor w(op.to(k.weight)), l(op.to(k.large)), s(op.to(k.small));
  const Descriptor &conv = op.to(k.convolution);
  if (l.dims[0] != s.dims[0] || w.dims[0] != s.dims[1] || l.dims[1] % w.dims[1]) return false;
  if (s.dims[1] % (l.dims[1] / w.dims[1])) return false;
  for (size_t i = 0; i < 2; ++i) {
    const int64_t span = (w.dims[2 + i] - 1) * conv.integer(102, i) + 1;
    const int64_t padded = l.dims[2 + i] + conv.integer(104, i) + conv.integer(105, i);
    if (padded < span || (padded - span) / conv.integer(103, i) + 1 != s.dims[2 + i]) return false;
  }
  return true;
}

// Sums in 32 bits; operands of one type, which a result in memory has as well: no engine of cuDNN
// 9.24 that is compiled ahead widens it. What follows on a result takes it in 32 bits.
bool has_types(const Descriptor &op, bool followed) {
  const Names k = names(op.kind);
  const int w = op.to(k.weight).number(901), l = op.to(k.large).number(901),
            s = op.to(k.small).number(901);
  const int result = op.kind == kForward ? s : op.kind == kBackwardData ? l : w;
  const int a = op.kind == kBackwardFilter ? l : w, b = op.kind == kForward ? l : s;
  return op.to(k.convolution).number(100) == kFloat && a == b &&
         result == (followed ? static_cast<int>(kFloat) : a);
}

// Channels lie innermost in all three tensors, or in none.
bool has_one_layout(const Descriptor &op) {
  const Names k = names(op.kind);
  bool innermost = true, outermost = true;
  for (int name : {k.weight, k.large, k.small}) {
    const Tensor t(op.to(name));
    innermost &= t.strides[1] == 1 || t.dims[1] == 1;
    outermost &= t.strides[3] == 1 || t.dims[3] == 1;
  }
  return innermost || outermost;
}

// Tensor cores read channels by 16 bytes; without them there are operands of 32 bits only.
bool runs_on(const Descriptor &op, int engine) {
  const Names k = names(op.kind);
  const Tensor weight(op.to(k.weight)), large(op.to(k.large)), small(op.to(k.small));
  const Tensor &operand = op.kind == kBackwardFilter ? large : weight;
  if (engine != kTensorCore) return operand.type == kFloat;
  const int64_t channels = 16 / static_cast<int64_t>(operand.width());
  for (const Tensor *t : {&weight, &large, &small})
    if (t->strides[1] != 1 || t->dims[1] % channels) return false;
  return true;
}

// Operations that are not elementwise behind them: 0, or 1 for sums.
size_t sums_behind(const Descriptor &graph) {
  return graph.named.at(801).back()->kind == kReductionOperation;
}

bool sums_up(const Descriptor &op, const Tensor &value) {
  const Descriptor &what = op.to(1612);
  const Tensor x(op.to(1610)), y(op.to(1611));
  const int64_t dims[4] = {1, x.dims[1], 1, 1};
  return what.number(1600) == 0 && what.number(1601) == kFloat && x.id == value.id &&
         std::equal(dims, dims + 4, y.dims) && !y.is_virtual && y.type == kFloat;
}

// What follows a convolution: elementwise in 32 bits, each operation on the value before it, with
// one number for each channel where it has a second operand; the last value alone is in memory, and
// may be summed.
bool is_chain(const Descriptor &graph) {
  const auto &operations = graph.named.at(801);
  const Descriptor &first = *operations[0];
  const Names k = names(first.kind);
  const Descriptor *value = &first.to(first.kind == kForward        ? k.small
                                      : first.kind == kBackwardData ? k.large
                                                                    : k.weight);
  const size_t sums = sums_behind(graph);
  for (size_t i = 1; i < operations.size() - sums; ++i) {
    const Descriptor &op = *operations[i];
    if (op.kind != kPointwiseOperation || op.to(750).number(1) != kFloat) return false;
    const Tensor before(*value), x(op.to(751)), y(op.to(753));
    if (!before.is_virtual || before.type != kFloat || x.id != before.id) return false;
    if (!std::equal(x.dims, x.dims + 4, y.dims)) return false;
    const int mode = op.to(750).number(0);
    if (op.has(752) != (mode == 0 || mode == 1)) return false;
    if (op.has(752)) {
      const Tensor b(op.to(752));
      if (b.is_virtual || b.type != kFloat || b.dims[1] != y.dims[1]) return false;
      if (b.dims[0] != 1 || b.dims[2] != 1 || b.dims[3] != 1) return false;
    }
    value = &op.to(753);
  }
  if (sums && (operations.size() < 3 || !sums_up(*operations.back(), Tensor(*value)))) return false;
  return !Tensor(*value).is_virtual;
}

// Kernels that compute what follows as well are compiled for it, and store 32 bits or as many as
// they take.
bool stores(const Descriptor &graph) {
  const auto &operations = graph.named.at(801);
  const Descriptor &first = *operations[0],
                   &last = *operations[operations.size() - 1 - sums_behind(graph)];
  const Names k = names(first.kind);
  const int type = last.to(753).number(901);
  return type == kFloat ||
         type == first.to(first.kind == kBackwardFilter ? k.large : k.weight).number(901);
}

std::vector<const Descriptor *> tensors_of(const Descriptor &graph) {
  std::vector<const Descriptor *> all;
  for (auto &op : graph.named.at(801))
    for (auto &[name, list] : op->named)
      for (auto &d : list)
        if (d->kind == kTensor) all.push_back(d.get());
  return all;
}

}  // namespace

Status supports(const Descriptor &graph, int engine) {
  if (engine == kRefusing) return kNotSupported;
  const auto &operations = graph.named.at(801);
  const Descriptor &first = *operations[0];
  if (first.kind != kForward && first.kind != kBackwardData && first.kind != kBackwardFilter)
    return kNotSupported;
  if (!fits(first)) {
    refuse(kBadParam, "cuDNN: the tensors of a convolution do not fit together");
    return kBadParam;
  }
  if (!is_chain(graph)) {
    refuse(kBadParam, "cuDNN: what follows a convolution is no chain of elementwise operations");
    return kBadParam;
  }
  const bool followed = operations.size() > 1;
  if (sums_behind(graph) && engine != kTensorCore) return kNotSupported;
  if (!has_types(first, followed) || !has_one_layout(first) || !runs_on(first, engine))
    return kNotSupported;
  return !followed || stores(graph) ? kSuccess : kNotSupported;
}

// Something, so that a workspace must be given.
int64_t workspace(const Descriptor &, int engine) {
  return engine == kExact || engine == kTensorCore ? 1024 : 0;
}

Status execute(void *stream, const Descriptor &plan, const Descriptor &pack) {
  const Descriptor &config = plan.to(401);
  auto run = std::make_unique<Run>();
  run->graph = config.named.at(301)[0];
  run->engine = config.engine;
  run->tile = config.tile;
  const auto *ids = reinterpret_cast<const int64_t *>(pack.attributes.at(1000).bytes.data());
  auto *const *data = reinterpret_cast<char *const *>(pack.attributes.at(1001).bytes.data());
  for (int64_t i = 0; i < pack.attributes.at(1000).count; ++i) run->pointers[ids[i]] = data[i];
  for (const Descriptor *d : tensors_of(*run->graph)) {
    const Tensor t(*d);
    if (t.is_virtual) continue;
    auto found = run->pointers.find(t.id);
    if (found == run->pointers.end()) {
      refuse(kBadParam, "cuDNN: tensor %lld is not in the variant pack", (long long)t.id);
      return kBadParam;
    }
    if (reinterpret_cast<uintptr_t>(found->second) % static_cast<uintptr_t>(t.alignment)) {
      refuse(kBadParam, "cuDNN: tensor %lld lies at %p, its alignment is %lld", (long long)t.id,
             static_cast<void *>(found->second), (long long)t.alignment);
      return kBadParam;
    }
    if (softgpu_check(found->second, static_cast<size_t>(t.extent()) * t.width(),
                      "a tensor of cuDNN"))
      return kExecutionFailed;
  }
  const int64_t bytes = workspace(*run->graph, run->engine);
  char *space = *reinterpret_cast<char *const *>(pack.attributes.at(1003).bytes.data());
  if (bytes && softgpu_check(space, static_cast<size_t>(bytes), "the workspace of cuDNN"))
    return kBadParam;
  const std::string kind = "the first run of engine " + std::to_string(config.engine) + " of cuDNN";
  return softgpu_enqueue(stream, kind.c_str(), compute, run.release(),
                         [](void *p) { delete static_cast<Run *>(p); })
             ? kExecutionFailed
             : kSuccess;
}

}  // namespace softgpu
