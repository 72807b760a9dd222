/*
 * Counts, and if asked refuses, what the engine's native libraries allocate. Preloaded into a child
 * JVM by tests/runtime/AllocationProbe, which compiles this file first.
 *
 * A call belongs to the library that made it: the return address lies in one of those that
 * probe_watch() has named. Everything else, the JVM above all, goes to the C library untouched.
 * Only malloc's family and mmap are replaced: operator new of libstdc++ ends in malloc.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

enum { MAX_LIBRARIES = 8, MAX_RANGES = 32 };

static struct {
  uintptr_t from, to;
  int library;
} ranges[MAX_RANGES];
static int range_count;
static const char *names[MAX_LIBRARIES];
static int name_count;

static atomic_int counting;
static atomic_long counts[MAX_LIBRARIES];
/* The call that fails, counted from 1 over all watched libraries; 0 for none. */
static atomic_long fail_at;
static atomic_long seen;

/* Whether to refuse a call from this address. */
static int refused(void *caller) {
  if (!atomic_load_explicit(&counting, memory_order_relaxed)) return 0;
  uintptr_t at = (uintptr_t)caller;
  for (int i = 0; i < range_count; ++i)
    if (at >= ranges[i].from && at < ranges[i].to) {
      atomic_fetch_add(&counts[ranges[i].library], 1);
      return atomic_fetch_add(&seen, 1) + 1 == atomic_load(&fail_at);
    }
  return 0;
}

#define REFUSE_OR(call) \
  if (refused(__builtin_return_address(0))) { \
    errno = ENOMEM; \
    return NULL; \
  } \
  return call

void *malloc(size_t size) { REFUSE_OR(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { REFUSE_OR(__libc_calloc(count, size)); }
void *realloc(void *block, size_t size) { REFUSE_OR(__libc_realloc(block, size)); }
void *memalign(size_t alignment, size_t size) { REFUSE_OR(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { REFUSE_OR(__libc_memalign(alignment, size)); }

int posix_memalign(void **block, size_t alignment, size_t size) {
  if (refused(__builtin_return_address(0))) return ENOMEM;
  *block = __libc_memalign(alignment, size);
  return *block ? 0 : ENOMEM;
}

void *mmap(void *at, size_t length, int protection, int flags, int file, off_t offset) {
  if (refused(__builtin_return_address(0))) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  return (void *)syscall(SYS_mmap, at, length, protection, flags, file, offset);
}

void *mmap64(void *, size_t, int, int, int, off_t) __attribute__((alias("mmap")));

static int add_ranges(struct dl_phdr_info *info, size_t size, void *unused) {
  (void)size, (void)unused;
  const char *slash = strrchr(info->dlpi_name, '/');
  const char *file = slash ? slash + 1 : info->dlpi_name;
  for (int n = 0; n < name_count; ++n) {
    if (strncmp(file, names[n], strlen(names[n])) != 0) continue;
    for (int i = 0; i < info->dlpi_phnum && range_count < MAX_RANGES; ++i) {
      const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
      if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X)) continue;
      ranges[range_count].from = info->dlpi_addr + segment->p_vaddr;
      ranges[range_count].to = ranges[range_count].from + segment->p_memsz;
      ranges[range_count++].library = n;
    }
  }
  return 0;
}

/*
 * Watches the loaded libraries whose file names start with one of these, separated by commas;
 * the number of code segments found. The text stays the caller's and must stay.
 */
int probe_watch(char *libraries) {
  name_count = range_count = 0;
  for (char *name = strtok(libraries, ","); name && name_count < MAX_LIBRARIES;
       name = strtok(NULL, ","))
    names[name_count++] = name;
  dl_iterate_phdr(add_ranges, NULL);
  return range_count;
}

/* Starts from zero; call number `refuse` fails, none if it is 0. */
void probe_start(long refuse) {
  for (int i = 0; i < MAX_LIBRARIES; ++i) atomic_store(&counts[i], 0);
  atomic_store(&seen, 0);
  atomic_store(&fail_at, refuse);
  atomic_store(&counting, 1);
}

/* All calls since the start. */
long probe_stop(void) {
  atomic_store(&counting, 0);
  return atomic_load(&seen);
}

/* Calls of the n-th library that was named. */
long probe_count(int n) { return atomic_load(&counts[n]); }
