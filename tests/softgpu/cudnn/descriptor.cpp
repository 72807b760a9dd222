// Which attributes there are, of which type and number, and which a descriptor cannot do without.
#include "descriptor.h"

#include <cstring>

namespace softgpu {
namespace {

struct Rule {
  int kind, name, type;
  int64_t least, most;
  bool required;
};

constexpr int64_t kMany = 64;

const Rule kRules[] = {
    {kTensor, 900, kTypeInt64, 1, 1, true},     // byte alignment
    {kTensor, 901, kTypeData, 1, 1, true},      // data type
    {kTensor, 902, kTypeInt64, 3, 8, true},     // dimensions
    {kTensor, 903, kTypeInt64, 3, 8, true},     // strides
    {kTensor, 906, kTypeInt64, 1, 1, true},     // unique id
    {kTensor, 907, kTypeBoolean, 1, 1, false},  // is virtual
    {kConvolution, 100, kTypeData, 1, 1, true},
    {kConvolution, 101, kTypeConvolutionMode, 1, 1, true},
    {kConvolution, 102, kTypeInt64, 1, 3, true},  // dilations
    {kConvolution, 103, kTypeInt64, 1, 3, true},  // strides
    {kConvolution, 104, kTypeInt64, 1, 3, true},  // post-paddings
    {kConvolution, 105, kTypeInt64, 1, 3, true},  // pre-paddings
    {kConvolution, 106, kTypeInt64, 1, 1, true},  // spatial dims
    {kForward, 700, kTypeFloat, 1, 1, true},
    {kForward, 701, kTypeFloat, 1, 1, true},
    {kForward, 702, kTypeDescriptor, 1, 1, true},
    {kForward, 703, kTypeDescriptor, 1, 1, true},
    {kForward, 704, kTypeDescriptor, 1, 1, true},
    {kForward, 705, kTypeDescriptor, 1, 1, true},
    {kBackwardData, 706, kTypeFloat, 1, 1, true},
    {kBackwardData, 707, kTypeFloat, 1, 1, true},
    {kBackwardData, 708, kTypeDescriptor, 1, 1, true},
    {kBackwardData, 709, kTypeDescriptor, 1, 1, true},
    {kBackwardData, 710, kTypeDescriptor, 1, 1, true},
    {kBackwardData, 711, kTypeDescriptor, 1, 1, true},
    {kBackwardFilter, 712, kTypeFloat, 1, 1, true},
    {kBackwardFilter, 713, kTypeFloat, 1, 1, true},
    {kBackwardFilter, 714, kTypeDescriptor, 1, 1, true},
    {kBackwardFilter, 715, kTypeDescriptor, 1, 1, true},
    {kBackwardFilter, 716, kTypeDescriptor, 1, 1, true},
    {kBackwardFilter, 717, kTypeDescriptor, 1, 1, true},
    {kPointwise, 0, kTypePointwiseMode, 1, 1, true},
    {kPointwise, 1, kTypeData, 1, 1, true},
    {kPointwise, 2, kTypeNanPropagation, 1, 1, false},
    {kPointwise, 5, kTypeDouble, 1, 1, false},  // the slope below the clip
    {kPointwiseOperation, 750, kTypeDescriptor, 1, 1, true},
    {kPointwiseOperation, 751, kTypeDescriptor, 1, 1, true},
    {kPointwiseOperation, 752, kTypeDescriptor, 1, 1, false},
    {kPointwiseOperation, 753, kTypeDescriptor, 1, 1, true},
    {kReduction, 1600, kTypeReduction, 1, 1, true},
    {kReduction, 1601, kTypeData, 1, 1, true},
    {kReduction, 1602, kTypeBoolean, 1, 1, false},  // is deterministic
    {kReductionOperation, 1610, kTypeDescriptor, 1, 1, true},
    {kReductionOperation, 1611, kTypeDescriptor, 1, 1, true},
    {kReductionOperation, 1612, kTypeDescriptor, 1, 1, true},
    {kGraph, 800, kTypeHandle, 1, 1, true},
    {kGraph, 801, kTypeDescriptor, 1, kMany, true},
    {kHeuristics, 200, kTypeHeuristicMode, 1, 1, true},
    {kHeuristics, 201, kTypeDescriptor, 1, 1, true},
    {kPlan, 400, kTypeHandle, 1, 1, true},
    {kPlan, 401, kTypeDescriptor, 1, 1, false},  // a configuration
    {kPlan, 405, kTypeChar, 1, 1 << 20, false},  // or what a plan said of itself
    {kVariantPack, 1000, kTypeInt64, 1, kMany, true},
    {kVariantPack, 1001, kTypePointer, 1, kMany, true},
    {kVariantPack, 1003, kTypePointer, 1, 1, true},
};

const Rule *rule(int kind, int name) {
  for (const Rule &r : kRules)
    if (r.kind == kind && r.name == name) return &r;
  return nullptr;
}

Status bad(const char *why, int kind, int name) {
  refuse(kBadParam, "cuDNN descriptor %d, attribute %d: %s", kind, name, why);
  return kBadParam;
}

bool is_dense(const Descriptor &tensor) {
  int64_t elements = 1, extent = 1;
  for (size_t i = 0; i < static_cast<size_t>(tensor.attributes.at(902).count); ++i) {
    elements *= tensor.integer(902, i);
    extent += (tensor.integer(902, i) - 1) * tensor.integer(903, i);
  }
  return elements == extent;
}

// What a single attribute cannot tell.
Status consistent(const Descriptor &d) {
  if (d.kind == kTensor) {
    if (d.attributes.at(902).count != d.attributes.at(903).count)
      return bad("as many strides as dimensions", d.kind, 903);
    for (int64_t i = 0; i < d.attributes.at(902).count; ++i)
      if (d.integer(902, static_cast<size_t>(i)) < 1 || d.integer(903, static_cast<size_t>(i)) < 1)
        return bad("dimensions and strides are at least 1", d.kind, 902);
    const int64_t alignment = d.integer(900);
    if (alignment < 1 || (alignment & (alignment - 1))) return bad("a power of two", d.kind, 900);
    if (d.number(901) != kFloat && d.number(901) != kBfloat16) return kNotSupported;
  }
  if (d.kind == kConvolution)
    for (int name : {102, 103, 104, 105})
      if (d.attributes.at(name).count != d.integer(106))
        return bad("one value for each spatial dimension", d.kind, name);
  if (d.kind == kConvolution)
    for (int name : {104, 105})
      for (int64_t i = 0; i < d.integer(106); ++i)
        if (d.integer(name, static_cast<size_t>(i)) < 0)
          return bad("padding is at least 0", d.kind, name);
  for (const auto &[kind, weight] :
       {std::pair<int, int>{kForward, 703}, {kBackwardData, 709}, {kBackwardFilter, 715}})
    if (d.kind == kind && !is_dense(d.to(weight)))
      return bad("a weight has no gaps", d.kind, weight);
  if (d.kind == kHeuristics && d.number(200) != kModeA && d.number(200) != kModeFallback)
    return kNotSupported;
  if (d.kind == kPlan && d.has(401) == d.has(405))
    return bad("a configuration or a plan's text, one of them", d.kind, 401);
  if (d.kind == kVariantPack && d.attributes.at(1000).count != d.attributes.at(1001).count)
    return bad("as many pointers as ids", d.kind, 1001);
  return kSuccess;
}

}  // namespace

size_t size_of(int type) {
  switch (type) {
    case kTypeHandle:
    case kTypeInt64:
    case kTypeDouble:
    case kTypePointer:
    case kTypeDescriptor:
      return 8;
    case kTypeBoolean:
    case kTypeChar:
      return 1;
    default:
      return 4;
  }
}

bool is_descriptor(const void *p) {
  return p && static_cast<const Descriptor *>(p)->alive == 0xC0D22;
}

Status set(Descriptor &d, int name, int type, int64_t count, const void *values) {
  const Rule *r = rule(d.kind, name);
  if (d.finalized) return bad("the descriptor is finalized", d.kind, name);
  if (!r) return bad("the descriptor has no such attribute", d.kind, name);
  if (r->type != type) return bad("it has another type", d.kind, name);
  if (count < r->least || count > r->most || !values)
    return bad("its count is wrong", d.kind, name);
  auto *bytes = static_cast<const char *>(values);
  d.attributes[name] = {
      type, count, std::vector<char>(bytes, bytes + size_of(type) * static_cast<size_t>(count))};
  return kSuccess;
}

Status finalize(Descriptor &d) {
  if (d.finalized) return bad("it is finalized already", d.kind, -1);
  for (const Rule &r : kRules)
    if (r.kind == d.kind && r.required && !d.has(r.name))
      return bad("it is missing", d.kind, r.name);
  for (auto &[name, a] : d.attributes) {
    if (a.type != kTypeDescriptor) continue;
    for (int64_t i = 0; i < a.count; ++i) {
      auto *other = reinterpret_cast<Descriptor *const *>(a.bytes.data())[i];
      if (!is_descriptor(other) || !other->finalized)
        return bad("names a descriptor that is not finalized", d.kind, name);
      d.named[name].push_back(std::make_shared<const Descriptor>(*other));
    }
  }
  if (Status s = consistent(d)) return s;
  if (d.kind == kPlan) {
    if (d.has(405)) {
      const auto &text = d.attributes.at(405).bytes;
      auto made = configuration_of(std::string(text.begin(), text.end()));
      if (!made) return bad("it is no plan of this version for this card", d.kind, 405);
      d.named[401] = {made};
    }
    const Descriptor &config = d.to(401);
    if (Status s = supports(config.to(301), config.engine)) return s;
  }
  d.finalized = true;
  return kSuccess;
}

}  // namespace softgpu
