// Compiles the .cu files of kernels/cuda with a host compiler (-x c++ -include host_cuda.h), for
// machines without a GPU. A block runs on one OS thread: each of its threads is a fiber that runs
// to the next barrier or shuffle. Shared memory is static: there is one block at a time.
//
// Stricter than a card: a barrier or shuffle that some threads of the block or warp never reach is
// an error, not a hang or luck.
#pragma once
#include <ucontext.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <tuple>
#include <utility>
#include <vector>

struct dim3 {
  unsigned x, y, z;
  dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
};

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __grid_constant__
#define __shared__ static

namespace softgpu {

// What a fiber waits for.
enum class Wait { kNothing, kBlock, kWarp, kOver };

struct Fiber {
  ucontext_t context;
  dim3 thread;
  unsigned index = 0;
  Wait wait = Wait::kNothing;
  unsigned mask = 0;  // lanes that must come to the same shuffle
};

constexpr size_t kStack = 64 << 10;
constexpr unsigned kWarp = 32;
constexpr unsigned kMaxThreads = 1024;

// CUDA_ERROR_LAUNCH_FAILED: what a diverged barrier gives.
constexpr int kLaunchFailed = 719;

inline Fiber *current = nullptr;
inline Fiber alone;  // the one thread that runs when nobody waits for anybody
inline bool independent = false;
inline bool broken = false;
inline dim3 grid, block, block_index;
inline ucontext_t scheduler;
inline std::vector<Fiber> fibers;
inline std::vector<std::vector<char>> stacks;
inline uint64_t exchange[kMaxThreads];
inline void (*body)(void *) = nullptr;
inline void *body_argument = nullptr;

// AddressSanitizer must know on whose stack it is: told before and behind each switch.
#ifdef __SANITIZE_ADDRESS__
inline void leave(void **mine, const void *stack, size_t bytes) {
  __sanitizer_start_switch_fiber(mine, stack, bytes);
}
inline void arrive(void *mine, const void **stack, size_t *bytes) {
  __sanitizer_finish_switch_fiber(mine, stack, bytes);
}
#else
inline void leave(void **, const void *, size_t) {}
inline void arrive(void *, const void **, size_t *) {}
#endif
inline const void *scheduler_stack = nullptr;
inline size_t scheduler_bytes = 0;

inline void to_fiber() {
  void *mine = nullptr;
  leave(&mine, current->context.uc_stack.ss_sp, kStack);
  swapcontext(&scheduler, &current->context);
  arrive(mine, nullptr, nullptr);
}

inline void to_scheduler() {
  void *mine = nullptr;
  leave(current->wait == Wait::kOver ? nullptr : &mine, scheduler_stack, scheduler_bytes);
  swapcontext(&current->context, &scheduler);
  arrive(mine, &scheduler_stack, &scheduler_bytes);
}

inline void wait(Wait why, unsigned mask = 0) {
  if (independent) {
    broken = true;  // registered as a kernel whose threads never wait
    return;
  }
  current->wait = why;
  current->mask = mask;
  to_scheduler();
}

inline void enter() {
  arrive(nullptr, &scheduler_stack, &scheduler_bytes);
  body(body_argument);
  current->wait = Wait::kOver;
  to_scheduler();
}

// Runs the fibers of one warp until each waits for the block or is over.
inline bool run_warp(unsigned from, unsigned to) {
  const unsigned all = to - from == kWarp ? ~0u : (1u << (to - from)) - 1;
  for (;;) {
    unsigned here = 0;
    for (unsigned i = from; i < to; ++i) {
      if (fibers[i].wait == Wait::kNothing) {
        current = &fibers[i];
        to_fiber();
      }
      here |= (fibers[i].wait == Wait::kWarp) << (i - from);
    }
    if (!here) return true;
    for (unsigned i = from; i < to; ++i) {
      if (fibers[i].wait != Wait::kWarp) continue;
      if (const unsigned missing = fibers[i].mask & all & ~here) {
        fprintf(stderr, "softgpu: lanes %#x of a warp do not come to a shuffle of %#x\n", missing,
                fibers[i].mask);
        return false;
      }
      fibers[i].wait = Wait::kNothing;
    }
  }
}

inline bool run_block(unsigned threads) {
  for (unsigned i = 0; i < threads; ++i) {
    Fiber &f = fibers[i];
    f.index = i;
    f.thread = dim3(i % block.x, i / block.x % block.y, i / block.x / block.y);
    f.wait = Wait::kNothing;
    getcontext(&f.context);
    f.context.uc_stack.ss_sp = stacks[i].data();
    f.context.uc_stack.ss_size = kStack;
    f.context.uc_link = nullptr;
    makecontext(&f.context, enter, 0);
  }
  for (;;) {
    unsigned over = 0;
    for (unsigned w = 0; w < threads; w += kWarp)
      if (!run_warp(w, w + kWarp < threads ? w + kWarp : threads)) return false;
    for (unsigned i = 0; i < threads; ++i) over += fibers[i].wait == Wait::kOver;
    if (over == threads) return true;
    if (over) {
      fprintf(stderr, "softgpu: %u of %u threads are over while others wait at a barrier\n", over,
              threads);
      return false;
    }
    for (unsigned i = 0; i < threads; ++i) fibers[i].wait = Wait::kNothing;
  }
}

inline int launch(dim3 g, dim3 b, bool no_waits, void (*f)(void *), void *argument) {
  grid = g;
  block = b;
  body = f;
  body_argument = argument;
  independent = no_waits;
  broken = false;
  const unsigned threads = b.x * b.y * b.z;
  while (!no_waits && stacks.size() < threads) stacks.emplace_back(kStack);
  if (!no_waits && fibers.size() < threads) fibers.resize(threads);
  for (unsigned z = 0; z < g.z; ++z)
    for (unsigned y = 0; y < g.y; ++y)
      for (unsigned x = 0; x < g.x; ++x) {
        block_index = dim3(x, y, z);
        if (!no_waits) {
          if (!run_block(threads)) return kLaunchFailed;
          continue;
        }
        current = &alone;
        for (unsigned i = 0; i < threads; ++i) {
          alone.index = i;
          alone.thread = dim3(i % b.x, i / b.x % b.y, i / b.x / b.y);
          f(argument);
        }
        if (broken) {
          fprintf(stderr, "softgpu: a kernel registered as one without barriers reaches one\n");
          return kLaunchFailed;
        }
      }
  return 0;
}

// How the driver finds a kernel: its launcher and the sizes of its arguments.
struct Kernel {
  const char *name;
  int (*launch)(dim3 grid, dim3 block, void **arguments);
  size_t count;
  const size_t *sizes;
};

template <auto K, bool NoWaits>
struct Launcher;
template <class... A, void (*K)(A...), bool NoWaits>
struct Launcher<K, NoWaits> {
  static constexpr size_t count = sizeof...(A);
  static constexpr size_t sizes[sizeof...(A) + 1] = {sizeof(A)..., 0};
  template <size_t... I>
  static void call(void **p, std::index_sequence<I...>) {
    K(*static_cast<std::remove_cv_t<A> *>(p[I])...);
  }
  static int go(dim3 g, dim3 b, void **arguments) {
    return softgpu::launch(
        g, b, NoWaits,
        [](void *a) { call(static_cast<void **>(a), std::index_sequence_for<A...>{}); }, arguments);
  }
};

}  // namespace softgpu

#define threadIdx (softgpu::current->thread)
#define blockIdx softgpu::block_index
#define blockDim softgpu::block
#define gridDim softgpu::grid

using std::max;
using std::min;

inline void __syncthreads() { softgpu::wait(softgpu::Wait::kBlock); }
inline void __syncwarp(unsigned mask = ~0u) { softgpu::wait(softgpu::Wait::kWarp, mask); }

// Blocks run one after the other.
inline void __threadfence() {}
inline int atomicAdd(int *at, int more) { return std::exchange(*at, *at + more); }

template <class T>
T softgpu_shuffle(unsigned mask, T value, unsigned from) {
  static_assert(sizeof(T) <= 8);
  memcpy(&softgpu::exchange[softgpu::current->index], &value, sizeof value);
  softgpu::wait(softgpu::Wait::kWarp, mask);
  T result;
  memcpy(&result, &softgpu::exchange[from], sizeof result);
  softgpu::wait(softgpu::Wait::kWarp, mask);  // nobody overwrites what another has not read yet
  return result;
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lanes) {
  return softgpu_shuffle(mask, value, softgpu::current->index ^ static_cast<unsigned>(lanes));
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta) {
  unsigned lane = softgpu::current->index % softgpu::kWarp;
  return softgpu_shuffle(mask, value, softgpu::current->index + (lane + delta < 32 ? delta : 0));
}

#define SOFTGPU_EXPORT(kernel, no_waits)                                   \
  extern "C" __attribute__((visibility("default")))                        \
  const softgpu::Kernel *softgpu_kernel_##kernel() {                       \
    using L = softgpu::Launcher<kernel, no_waits>;                         \
    static const softgpu::Kernel k = {#kernel, L::go, L::count, L::sizes}; \
    return &k;                                                             \
  }
