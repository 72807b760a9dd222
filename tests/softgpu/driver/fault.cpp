// Turns a fault inside a kernel into an error of the context. Faults elsewhere go to whoever had
// the signal before: a Java VM uses SIGSEGV and SIGILL for its own purposes.
#include <csetjmp>
#include <csignal>
#include <cstring>

#include "driver.h"

namespace {

thread_local sigjmp_buf *landing = nullptr;
thread_local CUdeviceptr touched = 0;
struct sigaction before_segv, before_bus, before_ill;

void on_fault(int signal, siginfo_t *info, void *context) {
  if (landing) {
    touched = reinterpret_cast<CUdeviceptr>(info->si_addr);
    siglongjmp(*landing, signal);
  }
  struct sigaction &old = signal == SIGILL   ? before_ill
                          : signal == SIGBUS ? before_bus
                                             : before_segv;
  if (old.sa_flags & SA_SIGINFO) {
    old.sa_sigaction(signal, info, context);
  } else if (old.sa_handler == SIG_DFL || old.sa_handler == SIG_IGN) {
    sigaction(signal, &old, nullptr);  // the faulting instruction runs again and ends the process
  } else {
    old.sa_handler(signal);
  }
}

void install() {
  struct sigaction now;
  memset(&now, 0, sizeof now);
  now.sa_sigaction = on_fault;
  now.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
  sigaction(SIGSEGV, &now, &before_segv);
  sigaction(SIGBUS, &now, &before_bus);
  sigaction(SIGILL, &now, &before_ill);
}

}  // namespace

namespace softgpu {

CUresult guarded(int (*f)(void *), void *argument) {
  static const bool installed = (install(), true);
  (void)installed;
  sigjmp_buf here;
  if (int signal = sigsetjmp(here, 1)) {
    landing = nullptr;
    // Kernels are compiled to trap where an access is not aligned as its type must be.
    if (signal == SIGILL) {
      context_fails(CUDA_ERROR_MISALIGNED_ADDRESS);
      return refuse(CUDA_ERROR_MISALIGNED_ADDRESS, "%s: an access is not aligned", running());
    }
    context_fails(CUDA_ERROR_ILLEGAL_ADDRESS);
    return refuse(CUDA_ERROR_ILLEGAL_ADDRESS, "%s touched %#llx, %s", running(), touched,
                  whereabouts(touched));
  }
  landing = &here;
  const int result = f(argument);
  landing = nullptr;
  if (result) {
    context_fails(result);
    return refuse(result, "%s failed", running());
  }
  return check_slack();
}

}  // namespace softgpu
