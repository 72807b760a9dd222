// What a plan computes: the operations of its graph one after the other, by their definition.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>

#include "tensor.h"

namespace softgpu {
namespace {

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

std::vector<const Descriptor *> tensors_of(const Descriptor &graph) {
  std::vector<const Descriptor *> all;
  for (auto &op : graph.named.at(801))
    for (auto &[name, list] : op->named)
      for (auto &d : list)
        if (d->kind == kTensor) all.push_back(d.get());
  return all;
}

}  // namespace

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
