// libcublas.so.12 for machines that have only libcublas.so.13, which differs in its name and in the
// version of its symbols, not in what JCublas calls. Each name that JCublas imports is here and
// jumps to the same name there, whatever its arguments are.
#include <dlfcn.h>

namespace {

// CUBLAS_STATUS_NOT_SUPPORTED: a name that the library no longer has.
int missing() { return 15; }

}  // namespace

#define NAME(name)                                                                                \
  extern "C" {                                                                                    \
  __attribute__((visibility("hidden"))) void *chladni_##name = reinterpret_cast<void *>(missing); \
  }                                                                                               \
  asm(".pushsection .text\n.globl " #name "\n.type " #name ", @function\n" #name                  \
      ":\n  endbr64\n  jmp *chladni_" #name "(%rip)\n.size " #name ", . - " #name                 \
      "\n.popsection");
#include "names.inc"
#undef NAME

namespace {

struct Slot {
  const char *name;
  void **target;
};

const Slot kSlots[] = {
#define NAME(name) {#name, &chladni_##name},
#include "names.inc"
#undef NAME
};

// The backend has loaded libcublas.so.13 by its path before this library, so its name is enough.
__attribute__((constructor)) void resolve() {
  void *library = dlopen("libcublas.so.13", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  for (const Slot &slot : kSlots)
    if (void *target = dlsym(library, slot.name)) *slot.target = target;
}

}  // namespace
