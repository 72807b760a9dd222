// operator new and delete, and oneDNN's malloc and free, for this library and for what it brings
// along: small blocks go round in a thread's own lists, so that a step takes nothing from the heap
// although dnnl_primitive_execute builds maps and vectors in every call.
//
// The loader looks for symbols in the libraries that one dlopen brings along, in their order; this
// one stands first, and libdnnl and libstdc++ find its definitions before their own. Nobody else in
// the process sees them. Where some other library has loaded those two before, the definitions go
// unused and all works as ever. Every block is an ordinary block of malloc with a size that malloc
// knows, so it does not matter who frees it.
#include <malloc.h>

#include <cstdint>
#include <cstdlib>
#include <new>

namespace chladni {
namespace {

// Lists of blocks that hold at least 24, 56, 120 bytes and so on to 64 KiB: powers of two less
// malloc's own word. A list holds at most so many blocks and, beyond two, so many bytes.
const int kLists = 12;
const int kMostBlocks = 64;
const size_t kMostBytes = 64 << 10;
const size_t kWord = sizeof(size_t);
const size_t kLargest = (size_t{32} << (kLists - 1)) - kWord;

// What oneDNN asks for when it does not say; larger alignments are not kept.
const size_t kAlignment = 64;

struct Block {
  Block *next;
};

struct List {
  Block *first = nullptr;
  int length = 0;
};

size_t bytes_of(int list) { return (size_t{32} << list) - kWord; }

bool is_full(const List &list, size_t bytes) {
  return list.length == kMostBlocks || (list.length >= 2 && list.length * bytes > kMostBytes);
}

// The list whose blocks are large enough.
int list_for(size_t bytes) {
  int list = 0;
  while (bytes_of(list) < bytes) ++list;
  return list;
}

struct Lists {
  List plain[kLists], aligned[kLists];
  ~Lists();
};

// Set when the lists of a thread are gone and others still destroy what they hold.
thread_local bool ended = false;
thread_local Lists lists;

void release(List &list) {
  while (Block *b = list.first) {
    list.first = b->next;
    free(b);
  }
}

Lists::~Lists() {
  ended = true;
  for (List &list : plain) release(list);
  for (List &list : aligned) release(list);
}

void *take(List &list) {
  Block *b = list.first;
  if (!b) return nullptr;
  list.first = b->next;
  --list.length;
  return b;
}

// The block goes into the list below its size, if it is small and the list is not full.
void keep(List *kind, void *block) {
  size_t bytes = malloc_usable_size(block);
  if (ended || bytes < bytes_of(0) || bytes > kLargest + kAlignment) return free(block);
  int list = kLists - 1;
  while (bytes_of(list) > bytes) --list;
  List &to = kind[list];
  if (is_full(to, bytes)) return free(block);
  auto *b = static_cast<Block *>(block);
  b->next = to.first;
  to.first = b;
  ++to.length;
}

void *allocate(size_t bytes) {
  if (ended || bytes > kLargest) return malloc(bytes ? bytes : 1);
  int list = list_for(bytes);
  void *block = take(lists.plain[list]);
  return block ? block : malloc(bytes_of(list));
}

// Null as oneDNN has it would do for those of its callers that look; its operator new does not, and
// goes on to write to address 0.
void *allocate_aligned(size_t bytes, size_t alignment) {
  const bool small = !ended && bytes <= kLargest && alignment <= kAlignment;
  int list = small ? list_for(bytes) : 0;
  if (small)
    if (void *block = take(lists.aligned[list])) return block;
  void *block = nullptr;
  int failed =
      posix_memalign(&block, small ? kAlignment : alignment, small ? bytes_of(list) : bytes);
  if (failed) throw std::bad_alloc();
  return block;
}

}  // namespace
}  // namespace chladni

void *operator new(size_t bytes) {
  while (true) {
    if (void *block = chladni::allocate(bytes)) return block;
    if (auto handler = std::get_new_handler())
      handler();
    else
      throw std::bad_alloc();
  }
}

void *operator new(size_t bytes, const std::nothrow_t &) noexcept {
  return chladni::allocate(bytes);
}

void operator delete(void *block) noexcept {
  if (block) chladni::keep(chladni::lists.plain, block);
}

void *operator new[](size_t bytes) { return operator new(bytes); }
void *operator new[](size_t bytes, const std::nothrow_t &n) noexcept {
  return operator new(bytes, n);
}
void operator delete(void *block, size_t) noexcept { operator delete(block); }
void operator delete[](void *block) noexcept { operator delete(block); }
void operator delete[](void *block, size_t) noexcept { operator delete(block); }

// As src/common/utils.cpp of oneDNN has them; its functions are not hidden.
namespace dnnl {
namespace impl {

__attribute__((visibility("default"))) void *malloc(size_t bytes, int alignment) {
  return chladni::allocate_aligned(bytes, static_cast<size_t>(alignment));
}

__attribute__((visibility("default"))) void free(void *block) {
  if (!block) return;
  if (reinterpret_cast<uintptr_t>(block) % chladni::kAlignment == 0)
    chladni::keep(chladni::lists.aligned, block);
  else
    ::free(block);
}

}  // namespace impl
}  // namespace dnnl
