// Elements by their index along an axis, and indices by their element.
// A tensor is (outer, extent, inner) around the axis, dense f32; indices are dense i32 of any
// value: out of range, gather gives a stated number and scatter adds nothing. Threads split what is
// written, and each walks the indices in order: the bits do not depend on how many threads there
// are.
#include <omp.h>

#include <algorithm>
#include <numeric>

#include "host/step.h"

namespace chladni {
namespace {

struct Indexed : Step {
  int64_t outer = 0, extent = 0, inner = 0;
  int64_t count = 0;  // indices of a gather or scatter (along: per line); elements that topK finds
  float outside = 0;
  const float *src = nullptr;
  const int *indices = nullptr;
  int threads = 1;

  void read(Engine *of, Words &w, int kind) {
    engine = of;
    for (int64_t *v : {&outer, &extent, &inner, &count}) *v = w.next();
    const bool gathers = kind == CHL_STEP_GATHER || kind == CHL_STEP_GATHER_ALONG;
    if (gathers) outside = static_cast<float>(w.number());
    src = w.address<float>();
    if (kind != CHL_STEP_ARG_MAX && kind != CHL_STEP_TOP_K) indices = w.address<int>();
    const int64_t work = outer * inner * (gathers ? count : std::max(extent, count));
    threads = work < (1 << 16) ? 1 : engine->threads;
  }

  bool inside(int i) const { return i >= 0 && i < extent; }

  // body(from, to, thread) for equal runs of tasks.
  template <class Body>
  void share(int64_t tasks, Body body) const {
    if (threads <= 1 || tasks < 2) {
      body(0, tasks, 0);
      return;
    }
#pragma omp parallel num_threads(threads)
    {
      int64_t n = omp_get_num_threads(), t = omp_get_thread_num();
      body(tasks * t / n, tasks * (t + 1) / n, static_cast<int>(t));
    }
  }

  // body(o, c0, c1) for columns c0 to c1 - 1 of slab o: every column once, whole cache lines each.
  template <class Body>
  void columns(Body body) const {
    const int64_t line = 16, blocks = (inner + line - 1) / line;
    share(outer * blocks, [&](int64_t from, int64_t to, int) {
      while (from < to) {
        int64_t o = from / blocks, b0 = from % blocks, b1 = std::min(blocks, b0 + to - from);
        body(o, b0 * line, std::min(inner, b1 * line));
        from += b1 - b0;
      }
    });
  }
};

struct Gather : Indexed {
  float *dst = nullptr;
  int run() override {
    share(outer * count, [&](int64_t from, int64_t to, int) {
      const size_t bytes = static_cast<size_t>(inner) * sizeof(float);
      const float *slab = src + from / count * extent * inner;
      int64_t i = from % count;
      for (int64_t row = from; row < to; ++row) {
        float *d = dst + row * inner;
        if (!inside(indices[i]))
          std::fill(d, d + inner, outside);
        else if (inner == 1)
          *d = slab[indices[i]];
        else
          memcpy(d, slab + indices[i] * inner, bytes);
        if (++i == count) i = 0, slab += extent * inner;
      }
    });
    return 0;
  }
};

struct GatherAlong : Indexed {
  float *dst = nullptr;
  int run() override {
    share(outer * count, [&](int64_t from, int64_t to, int) {
      const float *slab = src + from / count * extent * inner;
      int64_t i = from % count;
      for (int64_t row = from; row < to; ++row) {
        const int *index = indices + row * inner;
        float *d = dst + row * inner;
        for (int64_t c = 0; c < inner; ++c)
          d[c] = inside(index[c]) ? slab[index[c] * inner + c] : outside;
        if (++i == count) i = 0, slab += extent * inner;
      }
    });
    return 0;
  }
};

struct Scatter : Indexed {
  float *dst = nullptr;
  bool along = false;
  int run() override {
    columns([&](int64_t o, int64_t c0, int64_t c1) {
      float *slab = dst + o * extent * inner;
      for (int64_t e = 0; e < extent; ++e)
        std::fill(slab + e * inner + c0, slab + e * inner + c1, 0.f);
      for (int64_t i = 0; i < count; ++i) {
        const float *s = src + (o * count + i) * inner;
        const int *index = indices + (o * count + i) * inner;
        if (along) {
          for (int64_t c = c0; c < c1; ++c)
            if (inside(index[c])) slab[index[c] * inner + c] += s[c];
        } else if (inside(indices[i])) {
          float *__restrict d = slab + indices[i] * inner;
          for (int64_t c = c0; c < c1; ++c) d[c] += s[c];
        }
      }
    });
    return 0;
  }
};

struct ArgMax : Indexed {
  int *dst = nullptr;
  int run() override {
    const int64_t width = 64;
    columns([&](int64_t o, int64_t from, int64_t to) {
      for (int64_t c0 = from; c0 < to; c0 += width) {
        const int64_t n = std::min(width, to - c0);
        const float *x = src + o * extent * inner + c0;
        int *at = dst + o * inner + c0;
        float best[width];
        std::copy(x, x + n, best);
        std::fill(at, at + n, 0);
        for (int64_t e = 1; e < extent; ++e) {
          const float *v = x + e * inner;
          for (int64_t c = 0; c < n; ++c) {
            bool wins = (v[c] > best[c]) | ((v[c] != v[c]) & (best[c] == best[c]));
            best[c] = wins ? v[c] : best[c];
            at[c] = wins ? static_cast<int>(e) : at[c];
          }
        }
      }
    });
    return 0;
  }
};

struct TopK : Indexed {
  int *dst = nullptr;
  std::vector<int> order;  // one line's indices for each thread
  int run() override {
    share(outer * inner, [&](int64_t from, int64_t to, int thread) {
      int *first = order.data() + thread * extent;
      for (int64_t line = from; line < to; ++line) {
        const int64_t o = line / inner, c = line % inner;
        const float *x = src + o * extent * inner + c;
        auto before = [&](int a, int b) {
          const float v = x[a * inner], w = x[b * inner];
          if ((v != v) != (w != w)) return v != v;
          return v > w || (!(v < w) && a < b);
        };
        std::iota(first, first + extent, 0);
        std::partial_sort(first, first + count, first + extent, before);
        for (int64_t i = 0; i < count; ++i) dst[(o * count + i) * inner + c] = first[i];
      }
    });
    return 0;
  }
};

template <class T>
std::unique_ptr<T> begin(Engine *engine, Words &w, int kind) {
  auto s = std::make_unique<T>();
  s->read(engine, w, kind);
  s->dst = w.address<std::remove_pointer_t<decltype(s->dst)>>();
  return s;
}

}  // namespace

std::unique_ptr<Step> make_index(Engine *engine, int kind, Words w) {
  switch (kind) {
    case CHL_STEP_GATHER:
      return begin<Gather>(engine, w, kind);
    case CHL_STEP_GATHER_ALONG:
      return begin<GatherAlong>(engine, w, kind);
    case CHL_STEP_SCATTER_ADD:
    case CHL_STEP_SCATTER_ADD_ALONG: {
      auto s = begin<Scatter>(engine, w, kind);
      s->along = kind == CHL_STEP_SCATTER_ADD_ALONG;
      return s;
    }
    case CHL_STEP_ARG_MAX:
      return begin<ArgMax>(engine, w, kind);
    default: {
      auto s = begin<TopK>(engine, w, kind);
      s->order.resize(static_cast<size_t>(s->extent * s->threads));
      return s;
    }
  }
}

}  // namespace chladni
