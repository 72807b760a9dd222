// A step of a program, and the words it is made from.
#pragma once
#include <cstring>

#include "host/internal.h"

namespace chladni {

// What chl_program_add was given, read in order.
struct Words {
  const int64_t *at, *end;
  int64_t next() {
    if (at == end) throw std::runtime_error("step: its words end too early");
    return *at++;
  }
  double number() {
    int64_t bits = next();
    double d;
    memcpy(&d, &bits, 8);
    return d;
  }
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

// A region of threads costs some microseconds: small steps run on one.
inline int threads_for(const Engine *engine, int64_t work) {
  return work < (1 << 16) ? 1 : engine->threads;
}

// fused.cpp
std::unique_ptr<Step> make_elementwise(Engine *engine, Words words);
std::unique_ptr<Step> make_reduction(Engine *engine, Words words);
// custom.cpp
std::unique_ptr<Step> make_custom(Words words);

// index.cpp
std::unique_ptr<Step> make_index(Engine *engine, int kind, Words words);

// window_step.cpp
std::unique_ptr<Step> make_max_pool(Engine *engine, int kind, Words words);
std::unique_ptr<Step> make_separable(Engine *engine, Words words);

}  // namespace chladni
