// Tensors and convolutions as attributes describe them.
#pragma once
#include <cstring>

#include "descriptor.h"

namespace softgpu {

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

inline Names names(int kind) {
  switch (kind) {
    case kForward:
      return {700, 701, 702, 703, 704, 705};
    case kBackwardData:
      return {706, 707, 708, 709, 710, 711};
    default:
      return {712, 713, 714, 715, 716, 717};
  }
}

}  // namespace softgpu
