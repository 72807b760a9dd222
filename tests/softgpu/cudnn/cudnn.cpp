// A stand-in for libcudnn.so.9: the backend API, for graphs of one convolution and what follows it
// elementwise. Names that it does not have answer CUDNN_STATUS_NOT_SUPPORTED.
#include <algorithm>
#include <cstring>

#include "descriptor.h"

using namespace softgpu;

namespace {

struct Handle {
  unsigned alive = 0xC0D17;
  void *stream = nullptr;
};

bool is_handle(const void *h) { return h && static_cast<const Handle *>(h)->alive == 0xC0D17; }

// Fills descriptors that the caller has made, as many as it has room for.
template <class Fill>
int give(void **out, int64_t room, int kind, int64_t count, int64_t *returned, Fill fill) {
  *returned = std::min(room, count);
  for (int64_t i = 0; i < *returned; ++i) {
    if (!is_descriptor(out[i])) return kBadParam;
    auto &d = *static_cast<Descriptor *>(out[i]);
    if (d.kind != kind || d.finalized) return kBadParam;
    fill(d, static_cast<int>(i));
    d.finalized = true;
  }
  return kSuccess;
}

}  // namespace

SOFTGPU_API size_t cudnnGetVersion() { return kVersion; }
SOFTGPU_API const char *cudnnGetErrorString(int status) {
  switch (status) {
    case kSuccess:
      return "CUDNN_STATUS_SUCCESS";
    case kNotInitialized:
      return "CUDNN_STATUS_NOT_INITIALIZED";
    case kBadParam:
      return "CUDNN_STATUS_BAD_PARAM";
    case kNotSupported:
      return "CUDNN_STATUS_NOT_SUPPORTED";
    default:
      return "CUDNN_STATUS_EXECUTION_FAILED";
  }
}
SOFTGPU_API int cudnnCreate(void **handle) {
  *handle = new Handle();
  return kSuccess;
}
SOFTGPU_API int cudnnDestroy(void *handle) {
  if (!is_handle(handle)) return kNotInitialized;
  static_cast<Handle *>(handle)->alive = 0;
  delete static_cast<Handle *>(handle);
  return kSuccess;
}
SOFTGPU_API int cudnnSetStream(void *handle, void *stream) {
  if (!is_handle(handle)) return kNotInitialized;
  static_cast<Handle *>(handle)->stream = stream;
  return kSuccess;
}

SOFTGPU_API int cudnnBackendCreateDescriptor(int kind, void **descriptor) {
  *descriptor = new Descriptor(kind);
  return kSuccess;
}
SOFTGPU_API int cudnnBackendDestroyDescriptor(void *descriptor) {
  if (!is_descriptor(descriptor)) return kBadParam;
  static_cast<Descriptor *>(descriptor)->alive = 0;
  delete static_cast<Descriptor *>(descriptor);
  return kSuccess;
}
SOFTGPU_API int cudnnBackendSetAttribute(void *descriptor, int name, int type, int64_t count,
                                         const void *values) {
  if (!is_descriptor(descriptor)) return kBadParam;
  return set(*static_cast<Descriptor *>(descriptor), name, type, count, values);
}
SOFTGPU_API int cudnnBackendFinalize(void *descriptor) {
  return is_descriptor(descriptor) ? finalize(*static_cast<Descriptor *>(descriptor)) : kBadParam;
}

SOFTGPU_API int cudnnBackendGetAttribute(void *descriptor, int name, int type, int64_t room,
                                         int64_t *count, void *values) {
  if (!is_descriptor(descriptor)) return kBadParam;
  auto &d = *static_cast<Descriptor *>(descriptor);
  if (!d.finalized) return kBadParam;
  auto **out = static_cast<void **>(values);
  if (d.kind == kHeuristics && name == 202 && type == kTypeDescriptor) {
    const bool best = d.number(200) == kModeA;
    std::vector<std::pair<int, int>> named;  // engine and tile
    for (int engine = best ? kRefusing : kExact; engine <= (best ? kTensorCore : kExact); ++engine)
      for (int tile = has_knobs(engine) ? 0 : -1; tile < (has_knobs(engine) ? 2 : 0); ++tile)
        named.emplace_back(engine, tile);
    const auto engines = static_cast<int64_t>(named.size());
    if (!room) {
      *count = engines + 2;  // an upper bound, as the real one answers
      return kSuccess;
    }
    return give(out, room, kEngineConfig, engines, count, [&](Descriptor &config, int i) {
      config.engine = named[static_cast<size_t>(i)].first;
      config.tile = named[static_cast<size_t>(i)].second;
      config.named[301] = d.named.at(201);
    });
  }
  if (d.kind == kEngineConfig && name == 300 && type == kTypeDescriptor)
    return give(out, room, kEngine, 1, count,
                [&](Descriptor &engine, int) { engine.engine = d.engine; });
  if (d.kind == kEngineConfig && name == 302 && type == kTypeDescriptor) {
    // Asked for their number alone, the real one says 0.
    return give(out, room, kKnobChoice, d.tile < 0 ? 0 : 2, count, [&](Descriptor &choice, int i) {
      choice.knob = i ? kTileK : kTileSize;
      choice.tile = i ? d.tile : 0;
    });
  }
  if (d.kind == kKnobChoice && name == 600 && type == kTypeKnob && room >= 1) {
    *static_cast<int *>(values) = d.knob;
    *count = 1;
    return kSuccess;
  }
  if (d.kind == kKnobChoice && name == 601 && type == kTypeInt64 && room >= 1) {
    *static_cast<int64_t *>(values) = d.tile;
    *count = 1;
    return kSuccess;
  }
  if (d.kind == kEngine && name == 1301 && type == kTypeInt64 && room >= 1) {
    *static_cast<int64_t *>(values) = d.engine;
    *count = 1;
    return kSuccess;
  }
  if (d.kind == kEngine && name == 1303 && type == kTypeNumericalNote) {
    static const std::map<int, int> notes = {
        {kNondeterministic, 4}, {kDownConverting, 1}, {kTensorCore, 0}};
    const auto note = notes.find(d.engine);
    *count = note != notes.end();
    if (*count && room) *static_cast<int *>(values) = note->second;
    return kSuccess;
  }
  if (d.kind == kPlan && name == 402 && type == kTypeInt64 && room >= 1) {
    const Descriptor &config = d.to(401);
    *static_cast<int64_t *>(values) = workspace(config.to(301), config.engine);
    *count = 1;
    return kSuccess;
  }
  if (d.kind == kPlan && name == 405 && type == kTypeChar) {
    const std::string text = text_of(d.to(401));
    *count = static_cast<int64_t>(text.size());
    if (!room) return kSuccess;
    if (room < *count) return kBadParam;
    memcpy(values, text.data(), text.size());
    return kSuccess;
  }
  return kNotSupported;
}

SOFTGPU_API int cudnnBackendExecute(void *handle, void *plan, void *pack) {
  if (!is_handle(handle)) return kNotInitialized;
  if (!is_descriptor(plan) || !is_descriptor(pack)) return kBadParam;
  auto &p = *static_cast<Descriptor *>(plan), &v = *static_cast<Descriptor *>(pack);
  if (p.kind != kPlan || v.kind != kVariantPack || !p.finalized || !v.finalized) return kBadParam;
  return execute(static_cast<Handle *>(handle)->stream, p, v);
}
