// Steps over windows: max pooling, and maps along rows and columns.
#include <algorithm>

#include "host/step.h"

namespace chladni {
namespace {

struct MaxPooling : Step {
  Pool pool{};
  void (*kernel)(const Pool &) = nullptr;
  int run() override {
    kernel(pool);
    return 0;
  }
};

// Taps with the memory they lie in.
struct Axis {
  std::vector<int> from{0}, at;
  std::vector<float> weight;
  Axis(int64_t size, Words &w) {
    for (int64_t i = 0; i < size; ++i) {
      for (int64_t taps = w.next(); taps > 0; --taps) {
        at.push_back(static_cast<int>(w.next()));
        weight.push_back(static_cast<float>(w.number()));
      }
      from.push_back(static_cast<int>(at.size()));
    }
  }
  Taps taps() const { return {from.data(), at.data(), weight.data()}; }
};

struct Separating : Step {
  Axis rows, columns;
  std::vector<float> row;
  Separable map;
  Separating(Separable m, Words &w) : rows(m.oh, w), columns(m.ow, w), map(m) {
    map.rows = rows.taps();
    map.columns = columns.taps();
  }
  int run() override {
    engine->kernels->separable(map);
    return 0;
  }
};

}  // namespace

std::unique_ptr<Step> make_max_pool(Engine *engine, int kind, Words w) {
  auto s = std::make_unique<MaxPooling>();
  s->engine = engine;
  auto &p = s->pool;
  for (long *v : {&p.n, &p.c, &p.h, &p.w, &p.oh, &p.ow, &p.kh, &p.kw, &p.strideH, &p.strideW,
                  &p.padTop, &p.padLeft, &p.dilationH, &p.dilationW, &p.pixel, &p.channel})
    *v = w.next();
  p.src = w.address<float>();
  if (kind != CHL_STEP_MAX_POOL) p.values = w.address<float>();
  p.dst = w.address<float>();
  p.threads = threads_for(engine, p.n * p.c * p.oh * p.ow * p.kh * p.kw);
  auto *k = engine->kernels;
  s->kernel = kind == CHL_STEP_MAX_POOL        ? k->maxPool
              : kind == CHL_STEP_MAX_POOL_GRAD ? k->maxPoolGrad
                                               : k->maxPoolPick;
  return s;
}

std::unique_ptr<Step> make_separable(Engine *engine, Words w) {
  Separable m{};
  for (long *v : {&m.n, &m.c, &m.h, &m.w, &m.oh, &m.ow}) *v = w.next();
  auto s = std::make_unique<Separating>(m, w);
  s->engine = engine;
  s->map.src = w.address<float>();
  s->map.dst = w.address<float>();
  const auto along_rows = static_cast<int64_t>(s->rows.at.size()) * m.w;
  const auto along_columns = static_cast<int64_t>(s->columns.at.size()) * m.oh;
  s->map.threads = threads_for(engine, m.n * m.c * (along_rows + along_columns));
  s->map.rowStride = (m.w * m.c + 15) / 16 * 16;  // whole cache lines
  s->row.resize(static_cast<size_t>(s->map.threads * s->map.rowStride));
  s->map.row = s->row.data();
  return s;
}

}  // namespace chladni
