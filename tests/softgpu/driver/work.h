// Work on streams: what launches and copies submit, streams keep and graphs replay.
#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "../host_cuda.h"
#include "driver.h"

namespace softgpu {

// A piece of work with copies of its arguments.
struct Work {
  enum Kind { kKernel, kCopy, kFill, kForeign } kind = kKernel;
  const Kernel *kernel = nullptr;
  dim3 grid, block;
  std::vector<std::vector<char>> arguments;
  void *to = nullptr;
  const void *from = nullptr;
  size_t bytes = 0;
  unsigned value = 0;
  unsigned width = 4;
  int (*foreign)(void *) = nullptr;
  std::shared_ptr<void> context;  // of foreign work; of a copy, what was in pageable memory

  int run();
};

struct Node {
  Work work;
  std::vector<int> after;  // indices of nodes
};

struct Graph {
  std::vector<Node> nodes;
};

// The moment when a stream comes to an event.
struct Mark {
  bool reached = false;
  std::chrono::steady_clock::time_point at;
};

// What a stream has yet to do: to work, or to reach a mark.
struct Task {
  std::function<int()> work;
  std::shared_ptr<Mark> mark;
};

struct Stream {
  std::deque<Task> tasks;
  Graph *capture = nullptr;
  bool invalid = false;   // the capture that it began
  std::vector<int> last;  // nodes that the next one must wait for
};

struct Event {
  Graph *capture = nullptr;
  std::vector<int> last;
  std::shared_ptr<Mark> mark;
  Stream *stream = nullptr;
};

// stream.cpp
// Null for the default stream and for what is no stream.
Stream *stream_of(void *handle);
// Behind what the stream has to do already; at once on the default stream.
CUresult submit(void *stream, std::function<int()> work);
// The same, or a node of what the stream captures.
CUresult submit(void *stream, Work work);

// Streams capture into this graph no more.
void leave(const Graph *graph);

// graph.cpp
// Makes work a node of what the stream captures.
void capture(Stream &stream, Work work);

}  // namespace softgpu
