// What an engine can do, as strict as those of cuDNN.
#include "tensor.h"

namespace softgpu {
namespace {

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

}  // namespace softgpu
