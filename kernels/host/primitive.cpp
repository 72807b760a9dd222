// oneDNN primitives: convolutions in their four directions, matrix products, reorders.
// Activations are channels-last, weights what the primitive or the caller chooses, scratch memory
// is the caller's. Operands may be bfloat16; sums, biases and post-operations are f32.
#include <omp.h>

#include <cstring>

#include "host/internal.h"

// What backend/cpu/Products.java calls them by.
static_assert(DNNL_ARG_SRC == 1 && DNNL_ARG_SRC_1 == 2 && DNNL_ARG_DST == 17 &&
                  DNNL_ARG_WEIGHTS == 33 && DNNL_ARG_BIAS == 41 && DNNL_ARG_SCRATCHPAD == 80 &&
                  DNNL_ARG_DIFF_SRC == 129 && DNNL_ARG_DIFF_DST == 145 &&
                  DNNL_ARG_DIFF_WEIGHTS == 161 && DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE == 32768,
              "oneDNN numbers its arguments otherwise");

namespace chladni {

const_dnnl_memory_desc_t Primitive::argument(int id) const {
  for (auto &a : arguments)
    if (a.first == id) return a.second;
  throw std::runtime_error(implementation + " takes no argument " + std::to_string(id));
}

Primitive::~Primitive() {
  if (primitive) dnnl_primitive_destroy(primitive);
  if (desc) dnnl_primitive_desc_destroy(desc);
  for (auto d : owned) dnnl_memory_desc_destroy(d);
  delete weights;
}

namespace {

struct Attributes {
  dnnl_primitive_attr_t attr = nullptr;
  dnnl_post_ops_t posts = nullptr;
  Attributes() {
    check(dnnl_primitive_attr_create(&attr), "attributes");
    dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
  }
  ~Attributes() {
    if (posts) dnnl_post_ops_destroy(posts);
    if (attr) dnnl_primitive_attr_destroy(attr);
  }
};

struct Description {
  dnnl_primitive_desc_t desc = nullptr;
  ~Description() {
    if (desc) dnnl_primitive_desc_destroy(desc);
  }
};

// A region of threads costs some microseconds: below these a primitive is made for one.
const int64_t kParallelFlops = 4000000;
const int64_t kParallelBytes = 128 * 1024;

// The size of the team while a primitive is made or run, which oneDNN takes from the thread.
struct Team {
  int usual;
  Team(const Engine &engine, int threads) : usual(engine.threads) {
    if (threads != usual) omp_set_num_threads(threads);
    narrowed = threads != usual;
  }
  ~Team() {
    if (narrowed) omp_set_num_threads(usual);
  }
  bool narrowed;
};

double as_double(int64_t bits) {
  double d;
  memcpy(&d, &bits, 8);
  return d;
}

// Where a description is created that the primitive owns: there before it is, lest it is lost.
dnnl_memory_desc_t &owned(Primitive &p) {
  p.owned.push_back(nullptr);
  return p.owned.back();
}

dnnl_memory_desc_t tagged(Primitive &p, std::vector<int64_t> dims, dnnl_format_tag_t tag,
                          int64_t format = CHL_SINGLE) {
  dnnl_dims_t d;
  std::copy(dims.begin(), dims.end(), d);
  auto &m = owned(p);
  check(dnnl_memory_desc_create_with_tag(&m, static_cast<int>(dims.size()), d,
                                         format == CHL_BFLOAT16 ? dnnl_bf16 : dnnl_f32, tag),
        "a memory description");
  return m;
}

// Weights with input and output channels exchanged; a matrix transposed.
dnnl_memory_desc_t swapped(Primitive &p, const_dnnl_memory_desc_t d, bool grouped = false) {
  const int plain[] = {1, 0, 2, 3}, groups[] = {0, 2, 1, 3, 4};
  auto &m = owned(p);
  check(dnnl_memory_desc_permute_axes(&m, d, grouped ? groups : plain), "a permutation of axes");
  return m;
}

// The words of a convolution, as chladni_cpu.h lists them.
struct Convolution {
  int64_t kind, operands, result, n, c, h, w, o, oh, ow, kh, kw, groups, strideH, strideW,
      dilationH, dilationW;
  int64_t padTop, padLeft, padBottom, padRight, bias, posts;
  int64_t flops() const { return 2 * n * c * o * oh * ow * kh * kw / groups; }
  dnnl_memory_desc_t large(Primitive &p, int64_t format) const {
    return tagged(p, {n, c, h, w}, dnnl_acdb, format);
  }
  dnnl_memory_desc_t small(Primitive &p, int64_t format) const {
    return tagged(p, {n, o, oh, ow}, dnnl_acdb, format);
  }
  // Weights from `in` to `out` channels in the layout of the implementation's choice.
  dnnl_memory_desc_t any_weights(Primitive &p, int64_t out, int64_t in, int64_t format) const {
    auto any = dnnl_format_tag_any;
    return groups == 1 ? tagged(p, {out, in, kh, kw}, any, format)
                       : tagged(p, {groups, out / groups, in / groups, kh, kw}, any, format);
  }
};
static_assert(sizeof(Convolution) == 23 * sizeof(int64_t), "one field a word");

void add_posts(Primitive &p, Attributes &a, const int64_t *words, int64_t count, int64_t channels,
               int rank) {
  if (!count) return;
  check(dnnl_post_ops_create(&a.posts), "post-operations");
  for (int64_t i = 0; i < count; ++i) {
    double alpha = as_double(words[2 * i + 1]);
    switch (words[2 * i]) {
      case CHL_POST_MUL:
      case CHL_POST_ADD: {
        auto d = rank == 4 ? tagged(p, {1, channels, 1, 1}, dnnl_acdb)
                           : tagged(p, {1, channels}, dnnl_ab);
        check(dnnl_post_ops_append_binary(
                  a.posts, words[2 * i] == CHL_POST_MUL ? dnnl_binary_mul : dnnl_binary_add, d),
              "a binary post-operation");
        p.arguments.emplace_back(
            DNNL_ARG_ATTR_MULTIPLE_POST_OP(static_cast<int>(i)) | DNNL_ARG_SRC_1, d);
        break;
      }
      case CHL_POST_LEAKY_RELU:
        check(
            dnnl_post_ops_append_eltwise(a.posts, dnnl_eltwise_relu, static_cast<float>(alpha), 0),
            "a leaky ReLU");
        break;
      case CHL_POST_TANH:
        check(dnnl_post_ops_append_eltwise(a.posts, dnnl_eltwise_tanh, 0, 0), "a tanh");
        break;
      case CHL_POST_SIGMOID:
        check(dnnl_post_ops_append_eltwise(a.posts, dnnl_eltwise_logistic, 0, 0), "a sigmoid");
        break;
      default:
        throw std::runtime_error("unknown post-operation");
    }
  }
  check(dnnl_primitive_attr_set_post_ops(a.attr, a.posts), "post-operations");
}

void finish(Primitive &p) {
  const char *name = nullptr;
  dnnl_primitive_desc_query(p.desc, dnnl_query_impl_info_str, 0, &name);
  p.implementation = name ? name : "?";
  auto scratch = dnnl_primitive_desc_query_md(p.desc, dnnl_query_scratchpad_md, 0);
  p.scratch = scratch ? static_cast<int64_t>(dnnl_memory_desc_get_size(scratch)) : 0;
  if (p.scratch) p.arguments.emplace_back(DNNL_ARG_SCRATCHPAD, scratch);
  check(dnnl_primitive_create(&p.primitive, p.desc), "to create " + p.implementation);
}

}  // namespace
}  // namespace chladni

using namespace chladni;

CHL_API void *chl_convolution_create(void *engine, const int64_t *w, const void *weights) {
  return guarded<void *>(nullptr, [&]() -> void * {
    auto p = std::unique_ptr<Primitive>(new Primitive());
    auto *e = p->engine = static_cast<Engine *>(engine);
    Convolution c;
    memcpy(&c, w, sizeof c);
    const int64_t kind = c.kind;
    const bool grouped = c.groups > 1;
    if (grouped && weights) throw std::runtime_error("the weights of groups have no given layout");
    p->threads = c.flops() < kParallelFlops ? 1 : e->threads;
    Team team(*e, p->threads);
    const bool forward = kind == CHL_CONV_FORWARD, toWeights = kind == CHL_CONV_BACKWARD_WEIGHTS;
    auto src = c.large(*p, forward || toWeights ? c.operands : c.result);
    auto dst = c.small(*p, forward ? c.result : c.operands);
    auto any = c.any_weights(*p, c.o, c.c, toWeights ? c.result : c.operands);
    const_dnnl_memory_desc_t wei = weights ? static_cast<const Layout *>(weights)->desc : any;
    // oneDNN counts the rows between neighbours of the kernel.
    dnnl_dims_t stride = {c.strideH, c.strideW}, dilation = {c.dilationH - 1, c.dilationW - 1};
    dnnl_dims_t before = {c.padTop, c.padLeft}, after = {c.padBottom, c.padRight};
    const bool transposed = kind == CHL_CONV_TRANSPOSED;
    const int64_t channels = transposed ? c.c : c.o;
    auto b = c.bias ? tagged(*p, {channels}, dnnl_a) : nullptr;
    Attributes a;
    add_posts(*p, a, w + sizeof c / sizeof *w, c.posts, channels, 4);
    auto arg = [&](int id, const_dnnl_memory_desc_t d) { p->arguments.emplace_back(id, d); };
    if (forward) {
      check(dnnl_convolution_forward_primitive_desc_create(
                &p->desc, e->engine, dnnl_forward_inference, dnnl_convolution_direct, src, wei, b,
                dst, stride, dilation, before, after, a.attr),
            "a convolution");
    } else if (transposed) {
      auto turned = weights ? swapped(*p, wei, false) : c.any_weights(*p, c.c, c.o, c.operands);
      check(dnnl_deconvolution_forward_primitive_desc_create(
                &p->desc, e->engine, dnnl_forward_inference, dnnl_deconvolution_direct, dst, turned,
                b, src, stride, dilation, before, after, a.attr),
            "a transposed convolution");
    } else {
      Description hint;
      check(dnnl_convolution_forward_primitive_desc_create(
                &hint.desc, e->engine, dnnl_forward_training, dnnl_convolution_direct,
                c.large(*p, c.operands), c.any_weights(*p, c.o, c.c, c.operands), nullptr,
                c.small(*p, c.operands), stride, dilation, before, after, nullptr),
            "a convolution");
      dnnl_status_t s = kind == CHL_CONV_BACKWARD_DATA
                            ? dnnl_convolution_backward_data_primitive_desc_create(
                                  &p->desc, e->engine, dnnl_convolution_direct, src, wei, dst,
                                  stride, dilation, before, after, hint.desc, a.attr)
                            : dnnl_convolution_backward_weights_primitive_desc_create(
                                  &p->desc, e->engine, dnnl_convolution_direct, src, wei, nullptr,
                                  dst, stride, dilation, before, after, hint.desc, a.attr);
      check(s, kind == CHL_CONV_BACKWARD_DATA ? "a convolution's data gradient"
                                              : "a convolution's weight gradient");
    }
    auto query = toWeights ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
    auto chosen = dnnl_primitive_desc_query_md(p->desc, query, 0);
    p->weights = new Layout(transposed ? swapped(*p, chosen, grouped) : chosen);
    if (toWeights) {
      arg(DNNL_ARG_SRC, src);
      arg(DNNL_ARG_DIFF_DST, dst);
      arg(DNNL_ARG_DIFF_WEIGHTS, chosen);
    } else if (kind == CHL_CONV_BACKWARD_DATA) {
      arg(DNNL_ARG_DIFF_DST, dst);
      arg(DNNL_ARG_WEIGHTS, chosen);
      arg(DNNL_ARG_DIFF_SRC, src);
    } else {
      arg(DNNL_ARG_SRC, transposed ? dst : src);
      arg(DNNL_ARG_WEIGHTS, chosen);
      if (b) arg(DNNL_ARG_BIAS, b);
      arg(DNNL_ARG_DST, transposed ? src : dst);
    }
    finish(*p);
    return p.release();
  });
}

CHL_API void *chl_matmul_create(void *engine, const int64_t *w) {
  return guarded<void *>(nullptr, [&]() -> void * {
    auto p = std::unique_ptr<Primitive>(new Primitive());
    auto *e = p->engine = static_cast<Engine *>(engine);
    const int64_t operands = *w++, result = *w++, packed = *w++;
    const int64_t batch = w[0], m = w[1], k = w[2], n = w[3];
    p->threads = 2 * batch * m * k * n < kParallelFlops ? 1 : e->threads;
    Team team(*e, p->threads);
    auto matrices = [&](int64_t rows, int64_t columns, int64_t transposed, int64_t format) {
      return batch == 1
                 ? tagged(*p, {rows, columns}, transposed ? dnnl_ba : dnnl_ab, format)
                 : tagged(*p, {batch, rows, columns}, transposed ? dnnl_acb : dnnl_abc, format);
    };
    auto a = matrices(m, k, w[4], operands);
    auto b =
        packed ? tagged(*p, {k, n}, dnnl_format_tag_any, operands) : matrices(k, n, w[5], operands);
    auto c = matrices(m, n, 0, result);
    auto bias = w[6] ? tagged(*p, {1, n}, dnnl_ab) : nullptr;
    Attributes at;
    add_posts(*p, at, w + 8, w[7], n, 2);
    check(dnnl_matmul_primitive_desc_create(&p->desc, e->engine, a, b, bias, c, at.attr),
          "a matrix product");
    auto chosen = dnnl_primitive_desc_query_md(p->desc, dnnl_query_weights_md, 0);
    if (packed) {
      p->weights = new Layout(w[5] ? swapped(*p, chosen) : chosen);
    }
    p->arguments.emplace_back(DNNL_ARG_SRC, a);
    p->arguments.emplace_back(DNNL_ARG_WEIGHTS, chosen);
    if (bias) p->arguments.emplace_back(DNNL_ARG_BIAS, bias);
    p->arguments.emplace_back(DNNL_ARG_DST, c);
    finish(*p);
    return p.release();
  });
}

CHL_API void *chl_reorder_create(void *engine, const void *from, const void *to) {
  return guarded<void *>(nullptr, [&]() -> void * {
    auto p = std::unique_ptr<Primitive>(new Primitive());
    auto *e = p->engine = static_cast<Engine *>(engine);
    auto *a = static_cast<const Layout *>(from)->desc, *b = static_cast<const Layout *>(to)->desc;
    auto &from_place = owned(*p);
    auto src = from_place = grouped_like(a, b);
    auto &to_place = owned(*p);
    auto dst = to_place = grouped_like(b, a);
    p->threads =
        static_cast<int64_t>(dnnl_memory_desc_get_size(dst)) < kParallelBytes ? 1 : e->threads;
    Team team(*e, p->threads);
    Attributes at;
    check(dnnl_reorder_primitive_desc_create(&p->desc, src, e->engine, dst, e->engine, at.attr),
          "a reorder");
    p->arguments.emplace_back(DNNL_ARG_FROM, src);
    p->arguments.emplace_back(DNNL_ARG_TO, dst);
    finish(*p);
    return p.release();
  });
}

CHL_API const char *chl_primitive_implementation(const void *primitive) {
  return static_cast<const Primitive *>(primitive)->implementation.c_str();
}

CHL_API int64_t chl_primitive_scratch(const void *primitive) {
  return static_cast<const Primitive *>(primitive)->scratch;
}

CHL_API void *chl_primitive_weights(const void *primitive) {
  return guarded<void *>(nullptr, [&]() -> void * {
    auto *w = static_cast<const Primitive *>(primitive)->weights;
    if (!w) throw std::runtime_error("this primitive has no weights");
    return new Layout(w->desc);
  });
}

CHL_API void chl_primitive_destroy(void *primitive) { delete static_cast<Primitive *>(primitive); }
