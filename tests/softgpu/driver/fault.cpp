// Turns a fault inside a kernel into an error of the context. Faults elsewhere go to whoever had
// the signal before: a Java VM uses SIGSEGV for its own purposes.
#include <csetjmp>
#include <csignal>
#include <cstring>

#include "driver.h"

namespace {

thread_local sigjmp_buf *landing = nullptr;
struct sigaction before_segv, before_bus;

void on_fault(int signal, siginfo_t *info, void *context) {
  if (landing) siglongjmp(*landing, 1);
  struct sigaction &old = signal == SIGBUS ? before_bus : before_segv;
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
}

}  // namespace

namespace softgpu {

CUresult guarded(int (*f)(void *), void *argument) {
  static const bool installed = (install(), true);
  (void)installed;
  sigjmp_buf here;
  if (sigsetjmp(here, 1)) {
    landing = nullptr;
    context_fails(CUDA_ERROR_ILLEGAL_ADDRESS);
    return refuse(CUDA_ERROR_ILLEGAL_ADDRESS, "a kernel touched memory that is not its own");
  }
  landing = &here;
  const int result = f(argument);
  landing = nullptr;
  if (result) context_fails(result);
  return result;
}

}  // namespace softgpu
