// Device memory: each block ends at a page that faults, starts after one, and stays fenced for long
// when it is freed. Bytes between the block's end and the fence hold a pattern that is checked
// behind every launch.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>

#include "driver.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, bytes) ((void)(at), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(at, bytes) ((void)(at), (void)(bytes))
#endif

using namespace softgpu;

namespace {

constexpr size_t kPage = 4096;
constexpr size_t kAlignment = 256;  // what cuMemAlloc promises
// As FP32 or BF16 a NaN, which no sum hides, and as an index none that exists.
constexpr unsigned char kFresh = 0xFF;
constexpr unsigned char kSlack = 0x5C;

struct Block {
  char *base;     // of the mapping, its leading fence
  size_t mapped;  // both fences included
  size_t bytes;   // asked for
};

std::mutex mutex;
std::map<CUdeviceptr, Block> live, freed;  // by device address
std::map<CUdeviceptr, size_t> pinned;
size_t used = 0;

// The last freed blocks in order, whose addresses stay taken. Not all: Linux gives a process 65,530
// mappings.
constexpr size_t kQuarantine = 4096;
std::deque<CUdeviceptr> quarantine;

// SOFTGPU_MEMORY: bytes of the pretended card. SOFTGPU_FOREIGN: those that another process holds.
size_t given(const char *variable, size_t otherwise) {
  const char *text = getenv(variable);
  return text ? strtoull(text, nullptr, 10) : otherwise;
}
size_t total() {
  static const size_t bytes = given("SOFTGPU_MEMORY", size_t(8) << 30);
  return bytes;
}
size_t unused() {
  static const size_t foreign = given("SOFTGPU_FOREIGN", 0);
  return total() - foreign - used;
}

size_t rounded(size_t n, size_t to) { return (n + to - 1) / to * to; }

// The last block that begins at or before an address.
template <class Map>
typename Map::iterator before(Map &blocks, CUdeviceptr at) {
  auto next = blocks.upper_bound(at);
  return next == blocks.begin() ? blocks.end() : std::prev(next);
}

__attribute__((no_sanitize("address"))) bool is_slack(const char *from, const char *to) {
  for (const char *p = from; p < to; ++p)
    if (static_cast<unsigned char>(*p) != kSlack) return false;
  return true;
}

bool slack_is_whole(CUdeviceptr at, const Block &b) {
  auto *p = reinterpret_cast<const char *>(at);
  return is_slack(b.base + kPage, p) && is_slack(p + b.bytes, b.base + b.mapped - kPage);
}

CUresult overrun(CUdeviceptr at, const Block &b) {
  context_fails(CUDA_ERROR_ILLEGAL_ADDRESS);
  return refuse(CUDA_ERROR_ILLEGAL_ADDRESS,
                "%s or something before it wrote beside the block of "
                "%zu bytes at %#llx",
                running(), b.bytes, at);
}

// The addresses stay taken, so that a later use of them faults; the pages go back.
void fence(CUdeviceptr at, const Block &b) {
  ASAN_UNPOISON_MEMORY_REGION(b.base, b.mapped);
  madvise(b.base, b.mapped, MADV_DONTNEED);
  mprotect(b.base, b.mapped, PROT_NONE);
  freed[at] = b;
  quarantine.push_back(at);
  if (quarantine.size() <= kQuarantine) return;
  const auto oldest = freed.find(quarantine.front());
  munmap(oldest->second.base, oldest->second.mapped);
  freed.erase(oldest);
  quarantine.pop_front();
}

}  // namespace

namespace softgpu {

CUresult check_range(CUdeviceptr at, size_t bytes, const char *what) {
  std::lock_guard<std::mutex> lock(mutex);
  auto found = before(live, at);
  if (found != live.end() && at < found->first + found->second.bytes) {
    if (bytes <= found->first + found->second.bytes - at) return CUDA_SUCCESS;
    return refuse(CUDA_ERROR_INVALID_VALUE, "%s: %zu bytes at %#llx pass the end of a block of %zu",
                  what, bytes, at, found->second.bytes);
  }
  auto gone = before(freed, at);
  const bool stale = gone != freed.end() && at < gone->first + gone->second.bytes;
  return refuse(CUDA_ERROR_INVALID_VALUE, "%s: %#llx %s", what, at,
                stale ? "lies in freed memory" : "is no device memory");
}

bool is_pinned(const void *at, size_t bytes) {
  const auto address = reinterpret_cast<CUdeviceptr>(at);
  std::lock_guard<std::mutex> lock(mutex);
  auto found = before(pinned, address);
  return found != pinned.end() && address + bytes <= found->first + found->second;
}

CUresult check_pinned(const void *at, size_t bytes, const char *what) {
  if (!capturing() || is_pinned(at, bytes)) return CUDA_SUCCESS;
  refuse(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "%zu bytes at %p are not pinned", bytes, at);
  return no_capture(what);
}

CUresult check_slack() {
  if (CUresult bad = context_state()) return bad;
  std::lock_guard<std::mutex> lock(mutex);
  for (auto &[at, block] : live)
    if (!slack_is_whole(at, block)) return overrun(at, block);
  return CUDA_SUCCESS;
}

const char *whereabouts(CUdeviceptr at) {
  std::lock_guard<std::mutex> lock(mutex);
  for (auto &[start, b] : live)
    if (at - reinterpret_cast<CUdeviceptr>(b.base) < b.mapped)
      return at < start ? "before a block" : "behind a block";
  for (auto &[start, b] : freed)
    if (at - reinterpret_cast<CUdeviceptr>(b.base) < b.mapped) return "in freed memory";
  return "which is no device memory";
}

void forget_blocks() {
  std::lock_guard<std::mutex> lock(mutex);
  for (auto &[at, block] : live) fence(at, block);
  live.clear();
  used = 0;
}

}  // namespace softgpu

SOFTGPU_API CUresult softgpu_check(const void *at, size_t bytes, const char *what) {
  return check_range(reinterpret_cast<CUdeviceptr>(at), bytes, what);
}

SOFTGPU_API CUresult cuMemAlloc_v2(CUdeviceptr *out, size_t bytes) {
  if (CUresult bad = no_capture("cuMemAlloc")) return bad;
  if (!bytes) return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemAlloc of 0 bytes");
  std::lock_guard<std::mutex> lock(mutex);
  if (bytes > unused())
    return refuse(CUDA_ERROR_OUT_OF_MEMORY, "cuMemAlloc of %zu bytes, %zu are free", bytes,
                  unused());
  const size_t body = rounded(rounded(bytes, kAlignment), kPage), mapped = body + 2 * kPage;
  char *base = static_cast<char *>(
      mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (base == MAP_FAILED)
    return refuse(CUDA_ERROR_OUT_OF_MEMORY, "the host has no %zu bytes", mapped);
  mprotect(base, kPage, PROT_NONE);
  mprotect(base + kPage + body, kPage, PROT_NONE);
  char *at = base + kPage + body - rounded(bytes, kAlignment);
  memset(base + kPage, kSlack, body);
  memset(at, kFresh, bytes);
  // AddressSanitizer, where it looks on, sees single bytes and reads too.
  ASAN_POISON_MEMORY_REGION(base, static_cast<size_t>(at - base));
  ASAN_POISON_MEMORY_REGION(at + bytes, static_cast<size_t>(base + mapped - (at + bytes)));
  used += bytes;
  *out = reinterpret_cast<CUdeviceptr>(at);
  live[*out] = {base, mapped, bytes};
  return CUDA_SUCCESS;
}

SOFTGPU_API CUresult cuMemFree_v2(CUdeviceptr at) {
  if (CUresult bad = no_capture("cuMemFree")) return bad;
  if (!at) return CUDA_SUCCESS;
  std::lock_guard<std::mutex> lock(mutex);
  auto found = live.find(at);
  if (found == live.end())
    return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemFree of %#llx, which is no block", at);
  const Block block = found->second;
  live.erase(found);
  used -= block.bytes;
  const CUresult result = slack_is_whole(at, block) ? CUDA_SUCCESS : overrun(at, block);
  fence(at, block);
  return result;
}

SOFTGPU_API CUresult cuMemGetInfo_v2(size_t *free_bytes, size_t *total_bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  *free_bytes = unused();
  *total_bytes = total();
  return CUDA_SUCCESS;
}

SOFTGPU_API CUresult cuMemAllocHost_v2(void **out, size_t bytes) {
  if (CUresult bad = no_capture("cuMemAllocHost")) return bad;
  void *at = nullptr;
  if (posix_memalign(&at, kPage, rounded(bytes, kPage))) return CUDA_ERROR_OUT_OF_MEMORY;
  std::lock_guard<std::mutex> lock(mutex);
  pinned[reinterpret_cast<CUdeviceptr>(at)] = bytes;
  *out = at;
  return CUDA_SUCCESS;
}

SOFTGPU_API CUresult cuMemFreeHost(void *at) {
  if (capturing()) return no_capture("cuMemFreeHost");
  std::lock_guard<std::mutex> lock(mutex);
  if (!pinned.erase(reinterpret_cast<CUdeviceptr>(at)))
    return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemFreeHost of %p, which is no pinned block", at);
  free(at);
  return CUDA_SUCCESS;
}
