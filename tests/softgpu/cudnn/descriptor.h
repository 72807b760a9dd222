// The backend (graph) API of cuDNN 9 as data: descriptors are bags of typed attributes that are
// checked against a table when they are set and when they are finalized.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "../driver/driver.h"

namespace softgpu {

enum Status : int {
  kSuccess = 0,
  kNotInitialized = 1001,
  kBadParam = 2000,
  kNotSupported = 3000,
  kExecutionFailed = 5000,
};

// cudnnBackendDescriptorType_t
enum Kind : int {
  kPointwise = 0,
  kConvolution = 1,
  kEngine = 2,
  kEngineConfig = 3,
  kHeuristics = 4,
  kPlan = 5,
  kKnobChoice = 7,
  kForward = 10,
  kBackwardFilter = 11,
  kBackwardData = 12,
  kPointwiseOperation = 13,
  kGraph = 15,
  kVariantPack = 16,
  kTensor = 17,
  kReduction = 21,
  kReductionOperation = 22,
};

// cudnnBackendAttributeType_t
enum Type : int {
  kTypeHandle = 0,
  kTypeData = 1,
  kTypeBoolean = 2,
  kTypeInt64 = 3,
  kTypeFloat = 4,
  kTypeDouble = 5,
  kTypePointer = 6,
  kTypeConvolutionMode = 7,
  kTypeHeuristicMode = 8,
  kTypeKnob = 9,
  kTypeNanPropagation = 10,
  kTypeNumericalNote = 11,
  kTypePointwiseMode = 14,
  kTypeDescriptor = 15,
  kTypeReduction = 18,
  kTypeChar = 24,
};

enum Data : int { kFloat = 0, kBfloat16 = 9 };

size_t size_of(int type);

struct Attribute {
  int type;
  int64_t count;
  std::vector<char> bytes;
};

struct Descriptor {
  unsigned alive = 0xC0D22;
  int kind;
  bool finalized = false;
  std::map<int, Attribute> attributes;
  // Descriptors that attributes name, as they were when this one was finalized.
  std::map<int, std::vector<std::shared_ptr<const Descriptor>>> named;
  int engine = 0;  // of engines and their configurations
  int tile = -1;   // of configurations: the tile along the sum; -1 where an engine has no knobs
  int knob = 0;    // of knob choices

  explicit Descriptor(int k) : kind(k) {}

  bool has(int name) const { return attributes.count(name) != 0; }
  int64_t integer(int name, size_t i = 0) const {
    return reinterpret_cast<const int64_t *>(attributes.at(name).bytes.data())[i];
  }
  int number(int name) const {
    return *reinterpret_cast<const int *>(attributes.at(name).bytes.data());
  }
  double real(int name) const {
    const Attribute &a = attributes.at(name);
    return a.type == kTypeDouble ? *reinterpret_cast<const double *>(a.bytes.data())
                                 : *reinterpret_cast<const float *>(a.bytes.data());
  }
  const Descriptor &to(int name, size_t i = 0) const { return *named.at(name)[i]; }
};

// descriptor.cpp
Status set(Descriptor &d, int name, int type, int64_t count, const void *values);
Status finalize(Descriptor &d);
bool is_descriptor(const void *p);

// plan.cpp: a plan as the text from which it can be made again
std::string text_of(const Descriptor &configuration);
std::shared_ptr<const Descriptor> configuration_of(const std::string &text);  // null: it is none

// engines.cpp
Status supports(const Descriptor &graph, int engine);
int64_t workspace(const Descriptor &graph, int engine);

// execute.cpp
Status execute(void *stream, const Descriptor &plan, const Descriptor &pack);

// The engines that the stand-in offers for every graph. The heuristics name the first four, in this
// order: one refuses when its plan is made; one sums in another order each time; one takes operands
// of 32 bits in 16; one has tensor cores, which round operands of 32 bits to TF32. The last is
// exact and only among what the heuristics fall back to. Those two are named twice, with another
// tile along the sum: 0 adds up in 64 bits and rounds once, 1 rounds to 32 bits each time.
enum Engine : int {
  kRefusing = 0,
  kNondeterministic = 1,
  kDownConverting = 2,
  kTensorCore = 3,
  kExact = 4,
};

inline bool has_knobs(int engine) { return engine == kTensorCore || engine == kExact; }

// cudnnBackendKnobType_t
enum Knob : int { kTileSize = 2, kTileK = 13 };

constexpr int64_t kVersion = 92400;

// cudnnBackendHeurMode_t
enum HeuristicMode : int { kModeA = 3, kModeFallback = 2 };

}  // namespace softgpu
