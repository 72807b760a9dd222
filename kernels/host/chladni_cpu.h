// The C ABI between Java (backend/cpu/Native.java) and the host library.
// Creating functions return null on failure, others a negative number; chl_error then says why.
// Everything is called on one thread per engine: the OpenMP team belongs to it.
#pragma once
#include <stdint.h>

#define CHL_API extern "C" __attribute__((visibility("default")))

// Raised whenever a signature or a word list below changes.
enum { CHL_ABI = 2 };

// Steps of a program; the words that follow are given at chl_program_add in program.cpp.
enum {
  CHL_STEP_ELEMENTWISE = 1,
  CHL_STEP_REDUCTION = 2,
  CHL_STEP_PRIMITIVE = 3,
  CHL_STEP_PACK = 4,
  CHL_STEP_CHANGED = 5,
  CHL_STEP_MAX_POOL = 6,
  CHL_STEP_MAX_POOL_GRAD = 7,
  CHL_STEP_LOG_SOFTMAX = 8,
  CHL_STEP_DROPOUT = 9,
  CHL_STEP_ONE_HOT = 10,
  CHL_STEP_TO_FLOAT = 11,
  CHL_STEP_INCREMENT = 12,
  CHL_STEP_COPY = 13,
  CHL_STEP_MAX_POOL_PICK = 14,
  CHL_STEP_SEPARABLE = 15,
  CHL_STEP_GATHER = 20,
  CHL_STEP_SCATTER_ADD = 21,
  CHL_STEP_GATHER_ALONG = 22,
  CHL_STEP_SCATTER_ADD_ALONG = 23,
  CHL_STEP_ARG_MAX = 24,
  CHL_STEP_TOP_K = 25,
  CHL_STEP_CUSTOM = 30
};

enum {
  CHL_CONV_FORWARD = 0,
  CHL_CONV_BACKWARD_DATA = 1,
  CHL_CONV_BACKWARD_WEIGHTS = 2,
  CHL_CONV_TRANSPOSED = 3
};

enum {
  CHL_POST_MUL = 0,
  CHL_POST_ADD = 1,
  CHL_POST_LEAKY_RELU = 2,
  CHL_POST_TANH = 3,
  CHL_POST_SIGMOID = 4
};

// What an element is in memory.
enum { CHL_SINGLE = 0, CHL_BFLOAT16 = 1 };

CHL_API int chl_abi(void);
CHL_API const char *chl_error(void);

CHL_API void *chl_engine_create(int threads);
CHL_API void chl_engine_destroy(void *engine);
CHL_API const char *chl_engine_describe(void *engine);
// The instruction set of our kernels.
CHL_API const char *chl_engine_kernels(void *engine);
// Whether kernels and oneDNN take this format of operands on this machine.
CHL_API int chl_engine_takes(void *engine, int format);

// A layout is how a tensor of logical dims lies in memory, as oneDNN states it.
CHL_API void *chl_layout_plain(const int64_t *dims, int rank);
CHL_API void *chl_layout_clone(const void *layout);
CHL_API int64_t chl_layout_bytes(const void *layout);
// Row-major (O, C / groups, kH, kW) also equals itself with its first axis split by groups.
CHL_API int chl_layout_equal(const void *a, const void *b);
CHL_API const char *chl_layout_text(const void *layout);
CHL_API void chl_layout_destroy(void *layout);

// words: kind operands result N C H W O oH oW kH kW groups strideH strideW dilationH dilationW
// padTop padLeft padBottom padRight bias posts, then (post, bits of a double) each. Dims are those
// of the convolution, whichever way it runs; a dilation of 1 is a dense kernel. weights: the layout
// to take, or null for the implementation's choice; always null where there are groups.
CHL_API void *chl_convolution_create(void *engine, const int64_t *words, const void *weights);
// words: operands result packed batch M K N transposeA transposeB bias posts, then as above.
// packed: B lies as the implementation chooses, a single matrix.
CHL_API void *chl_matmul_create(void *engine, const int64_t *words);
CHL_API void *chl_reorder_create(void *engine, const void *from, const void *to);
CHL_API const char *chl_primitive_implementation(const void *primitive);
CHL_API int64_t chl_primitive_scratch(const void *primitive);
// The layout of weights (or of their gradient), in (O, C, kH, kW), or with groups in (groups, O /
// groups, C / groups, kH, kW); of B in the axes in which it was given. The caller's to destroy.
CHL_API void *chl_primitive_weights(const void *primitive);
CHL_API void chl_primitive_destroy(void *primitive);

CHL_API void *chl_program_create(void *engine);
CHL_API int chl_program_add(void *program, int kind, const int64_t *words, int64_t count);
CHL_API int chl_program_run(void *program);
// The steps from one index to before another, for those who look at what lies between.
CHL_API int chl_program_run_range(void *program, int64_t from, int64_t to);
CHL_API void chl_program_destroy(void *program);
