// Operations whose body is the user's: a function that the program calls back.
#include "host/step.h"

namespace chladni {
namespace {

struct Custom : Step {
  int (*body)() = nullptr;
  int run() override {
    if (!body()) return 0;
    set_error("the body of a custom operation failed");
    return -1;
  }
};

}  // namespace

std::unique_ptr<Step> make_custom(Words words) {
  auto step = std::make_unique<Custom>();
  step->body = reinterpret_cast<int (*)()>(static_cast<uintptr_t>(words.next()));
  return step;
}

}  // namespace chladni
