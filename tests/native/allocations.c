/*
 * Counts, and if asked refuses, what the engine's native libraries allocate, and knows which blocks
 * of theirs are alive. Preloaded into a child JVM by tests/runtime/AllocationProbe, which compiles
 * this file first.
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
void __libc_free(void *);

enum { MAX_LIBRARIES = 8, MAX_RANGES = 32, MAX_CODE = 512 };

static struct {
  uintptr_t from, to;
  int library;
} ranges[MAX_RANGES];
static int range_count;
/* The code of every library, watched or not: what lies in none was made by the JVM's compiler. */
static struct {
  uintptr_t from, to;
} code[MAX_CODE];
static int code_count;
static int compiled = -1; /* the number of the name "java", or -1 */
static const char *names[MAX_LIBRARIES];
static int name_count;

static atomic_int counting;
static atomic_long counts[MAX_LIBRARIES];
/* The call that fails, counted from 1 over all watched libraries; 0 for none. */
static atomic_long fail_at;
static atomic_long seen;

/* The blocks that are alive, in a table with linear probing; GONE marks a place that was used. */
enum { PLACES = 1 << 20 };
#define GONE ((void *)1)
static struct {
  void *block;
  int library;
} alive[PLACES];
static atomic_flag busy = ATOMIC_FLAG_INIT;
static atomic_int tracking;
static long alive_counts[MAX_LIBRARIES];

static void lock(void) {
  while (atomic_flag_test_and_set(&busy)) {
  }
}

static size_t place_of(void *block) {
  return ((uintptr_t)block >> 4) * 0x9E3779B97F4A7C15u >> 44;
}

/* The watched library that an address lies in, or -1. */
static int library_of(void *caller) {
  uintptr_t at = (uintptr_t)caller;
  for (int i = 0; i < range_count; ++i)
    if (at >= ranges[i].from && at < ranges[i].to) return ranges[i].library;
  for (int i = 0; i < code_count; ++i)
    if (at >= code[i].from && at < code[i].to) return -1;
  return compiled;
}

/* Whether to refuse a call of this library. */
static int refused(int library) {
  if (library < 0 || !atomic_load_explicit(&counting, memory_order_relaxed)) return 0;
  atomic_fetch_add(&counts[library], 1);
  return atomic_fetch_add(&seen, 1) + 1 == atomic_load(&fail_at);
}

static void *born(void *block, int library) {
  if (!block || library < 0 || !atomic_load_explicit(&tracking, memory_order_relaxed)) return block;
  lock();
  size_t p = place_of(block);
  while (alive[p].block && alive[p].block != GONE) p = (p + 1) % PLACES;
  alive[p].block = block;
  alive[p].library = library;
  ++alive_counts[library];
  atomic_flag_clear(&busy);
  return block;
}

static void dead(void *block) {
  if (!block || !atomic_load_explicit(&tracking, memory_order_relaxed)) return;
  lock();
  for (size_t p = place_of(block); alive[p].block; p = (p + 1) % PLACES)
    if (alive[p].block == block) {
      alive[p].block = GONE;
      --alive_counts[alive[p].library];
      break;
    }
  atomic_flag_clear(&busy);
}

#define ALLOCATE(call) \
  int library = library_of(__builtin_return_address(0)); \
  if (refused(library)) { \
    errno = ENOMEM; \
    return NULL; \
  } \
  return born(call, library)

void *malloc(size_t size) { ALLOCATE(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { ALLOCATE(__libc_calloc(count, size)); }
void *memalign(size_t alignment, size_t size) { ALLOCATE(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { ALLOCATE(__libc_memalign(alignment, size)); }

void *realloc(void *block, size_t size) {
  int library = library_of(__builtin_return_address(0));
  if (refused(library)) {
    errno = ENOMEM;
    return NULL;
  }
  dead(block);
  void *moved = __libc_realloc(block, size);
  born(moved ? moved : block, library);
  return moved;
}

int posix_memalign(void **block, size_t alignment, size_t size) {
  int library = library_of(__builtin_return_address(0));
  if (refused(library)) return ENOMEM;
  *block = born(__libc_memalign(alignment, size), library);
  return *block ? 0 : ENOMEM;
}

void free(void *block) {
  dead(block);
  __libc_free(block);
}

void *mmap(void *at, size_t length, int protection, int flags, int file, off_t offset) {
  if (refused(library_of(__builtin_return_address(0)))) {
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
  for (int i = 0; i < info->dlpi_phnum && code_count < MAX_CODE; ++i) {
    const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
    if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X)) continue;
    code[code_count].from = info->dlpi_addr + segment->p_vaddr;
    code[code_count].to = code[code_count].from + segment->p_memsz;
    ++code_count;
  }
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
 * Watches the loaded libraries whose file names start with one of these, separated by commas; "java"
 * stands for the functions that Java calls by itself. The number of code segments found. The text
 * stays the caller's and must stay.
 */
int probe_watch(char *libraries) {
  name_count = range_count = code_count = 0;
  int java = -1;
  for (char *name = strtok(libraries, ","); name && name_count < MAX_LIBRARIES;
       name = strtok(NULL, ",")) {
    if (strcmp(name, "java") == 0) java = name_count;
    names[name_count++] = name;
  }
  dl_iterate_phdr(add_ranges, NULL);
  compiled = java;
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

/* From now on blocks are followed from their allocation to whoever frees them. */
void probe_track(void) { atomic_store(&tracking, 1); }

/* Blocks of the n-th library that were allocated since probe_track and are not freed yet. */
long probe_alive(int n) {
  lock();
  long count = alive_counts[n];
  atomic_flag_clear(&busy);
  return count;
}
