// Device memory: each block ends at a page that faults, starts after one, and stays fenced for long
// when it is freed. Bytes between the block's end and the fence hold a pattern that is checked at
// the end.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>

#include "driver.h"

using namespace softgpu;

namespace {

constexpr size_t kPage = 4096;
constexpr size_t kAlignment = 256;  // what cuMemAlloc promises
constexpr unsigned char kFresh = 0xA5, kSlack = 0x5C;

struct Block {
  char *base;     // of the mapping, its leading fence
  size_t mapped;  // both fences included
  size_t bytes;   // asked for
  bool freed;
};

std::mutex mutex;
std::map<CUdeviceptr, Block> blocks;  // by device address
std::map<CUdeviceptr, size_t> host_blocks;
size_t used = 0;

// The last freed blocks, whose addresses stay taken. Not all: Linux gives a process 65,530
// mappings.
constexpr size_t kQuarantine = 4096;
std::deque<CUdeviceptr> freed;

size_t total() {
  // SOFTGPU_MEMORY: bytes of the pretended card, for tests of its end.
  static const size_t bytes = [] {
    const char *given = getenv("SOFTGPU_MEMORY");
    return given ? strtoull(given, nullptr, 10) : size_t(8) << 30;
  }();
  return bytes;
}

size_t rounded(size_t n, size_t to) { return (n + to - 1) / to * to; }

bool slack_is_whole(CUdeviceptr at, const Block &b) {
  auto *p = reinterpret_cast<unsigned char *>(at);
  for (size_t i = b.bytes; i < rounded(b.bytes, kAlignment); ++i)
    if (p[i] != kSlack) return false;
  return true;
}

}  // namespace

namespace softgpu {

CUresult check_range(CUdeviceptr at, size_t bytes, const char *what) {
  std::lock_guard<std::mutex> lock(mutex);
  auto after = blocks.upper_bound(at);
  if (after == blocks.begin())
    return refuse(CUDA_ERROR_INVALID_VALUE, "%s: %#llx is no device memory", what, at);
  auto &[start, block] = *--after;
  if (block.freed)
    return refuse(CUDA_ERROR_INVALID_VALUE, "%s: %#llx lies in freed memory", what, at);
  if (at + bytes > start + block.bytes)
    return refuse(CUDA_ERROR_INVALID_VALUE, "%s: %zu bytes at %#llx pass the end of a block of %zu",
                  what, bytes, at, block.bytes);
  return CUDA_SUCCESS;
}

}  // namespace softgpu

SOFTGPU_API CUresult softgpu_check(const void *at, size_t bytes, const char *what) {
  return check_range(reinterpret_cast<CUdeviceptr>(at), bytes, what);
}

SOFTGPU_API CUresult cuMemAlloc_v2(CUdeviceptr *out, size_t bytes) {
  if (capturing()) return refuse(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "cuMemAlloc in a capture");
  if (CUresult bad = context_state()) return bad;
  if (!bytes) return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemAlloc of 0 bytes");
  std::lock_guard<std::mutex> lock(mutex);
  if (bytes > total() - used)
    return refuse(CUDA_ERROR_OUT_OF_MEMORY, "cuMemAlloc of %zu bytes, %zu are free", bytes,
                  total() - used);
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
  used += bytes;
  *out = reinterpret_cast<CUdeviceptr>(at);
  blocks[*out] = {base, mapped, bytes, false};
  return CUDA_SUCCESS;
}

SOFTGPU_API CUresult cuMemFree_v2(CUdeviceptr at) {
  if (capturing()) return refuse(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "cuMemFree in a capture");
  if (!at) return CUDA_SUCCESS;
  std::lock_guard<std::mutex> lock(mutex);
  auto found = blocks.find(at);
  if (found == blocks.end() || found->second.freed)
    return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemFree of %#llx, which is no block", at);
  Block &b = found->second;
  const bool whole = slack_is_whole(at, b);
  used -= b.bytes;
  // The addresses stay taken, so that a later use of them faults; the pages go back.
  madvise(b.base, b.mapped, MADV_DONTNEED);
  mprotect(b.base, b.mapped, PROT_NONE);
  b.freed = true;
  freed.push_back(at);
  if (freed.size() > kQuarantine) {
    auto oldest = blocks.find(freed.front());
    munmap(oldest->second.base, oldest->second.mapped);
    blocks.erase(oldest);
    freed.pop_front();
  }
  if (whole) return CUDA_SUCCESS;
  context_fails(CUDA_ERROR_ILLEGAL_ADDRESS);
  return refuse(CUDA_ERROR_ILLEGAL_ADDRESS,
                "something wrote behind the block of %zu bytes at %#llx", b.bytes, at);
}

SOFTGPU_API CUresult cuMemGetInfo_v2(size_t *free_bytes, size_t *total_bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  *free_bytes = total() - used;
  *total_bytes = total();
  return CUDA_SUCCESS;
}

SOFTGPU_API CUresult cuMemAllocHost_v2(void **out, size_t bytes) {
  if (capturing())
    return refuse(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "cuMemAllocHost in a capture");
  void *at = nullptr;
  if (posix_memalign(&at, kPage, rounded(bytes, kPage))) return CUDA_ERROR_OUT_OF_MEMORY;
  std::lock_guard<std::mutex> lock(mutex);
  host_blocks[reinterpret_cast<CUdeviceptr>(at)] = bytes;
  *out = at;
  return CUDA_SUCCESS;
}

SOFTGPU_API CUresult cuMemFreeHost(void *at) {
  std::lock_guard<std::mutex> lock(mutex);
  if (!host_blocks.erase(reinterpret_cast<CUdeviceptr>(at)))
    return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemFreeHost of %p, which is no pinned block", at);
  free(at);
  return CUDA_SUCCESS;
}
