// Capture and replay. Replay takes the nodes in a random order that their dependencies allow, so
// that a missing dependency shows.
#include <algorithm>
#include <random>
#include <utility>

#include "work.h"

using namespace softgpu;

namespace {

Stream *capturer = nullptr;

// What a graph was instantiated as; a launch keeps it until it has run.
using Exec = std::shared_ptr<Graph>;

CUresult replay(Graph &g) {
  static std::mt19937 random(20261125);
  std::vector<int> missing(g.nodes.size());
  std::vector<std::vector<int>> users(g.nodes.size());
  std::vector<int> ready;
  for (size_t i = 0; i < g.nodes.size(); ++i) {
    missing[i] = static_cast<int>(g.nodes[i].after.size());
    for (int before : g.nodes[i].after)
      users[static_cast<size_t>(before)].push_back(static_cast<int>(i));
    if (!missing[i]) ready.push_back(static_cast<int>(i));
  }
  while (!ready.empty()) {
    std::swap(ready[random() % ready.size()], ready.back());
    const auto i = static_cast<size_t>(ready.back());
    ready.pop_back();
    if (int failed = g.nodes[i].work.run()) return failed;
    for (int u : users[i])
      if (!--missing[static_cast<size_t>(u)]) ready.push_back(u);
  }
  return CUDA_SUCCESS;
}

}  // namespace

namespace softgpu {

bool capturing() { return capturer != nullptr; }

CUresult no_capture(const char *what) {
  if (!capturer) return context_state();
  capturer->invalid = true;
  return refuse(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "in a capture: %s", what);
}

void capture(Stream &s, Work work) {
  s.capture->nodes.push_back({std::move(work), s.last});
  s.last = {static_cast<int>(s.capture->nodes.size()) - 1};
}

}  // namespace softgpu

SOFTGPU_API CUresult cuStreamBeginCapture_v2(void *stream, int) {
  Stream *s = stream_of(stream);
  if (!s)
    return refuse(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "the default stream cannot be captured");
  if (CUresult bad = no_capture("cuStreamBeginCapture")) return bad;
  s->capture = new Graph();
  s->last.clear();
  s->invalid = false;
  capturer = s;
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuStreamEndCapture(void *stream, void **graph) {
  auto *s = static_cast<Stream *>(stream);
  if (s != capturer || !s)
    return refuse(CUDA_ERROR_INVALID_HANDLE, "cuStreamEndCapture on a stream that began none");
  // A branch that was never joined would run unordered to what follows the graph.
  std::vector<bool> joined(s->capture->nodes.size());
  std::vector<int> open = s->last;
  while (!open.empty()) {
    const auto n = static_cast<size_t>(open.back());
    open.pop_back();
    if (joined[n]) continue;
    joined[n] = true;
    for (int before : s->capture->nodes[n].after) open.push_back(before);
  }
  const bool whole = std::find(joined.begin(), joined.end(), false) == joined.end();
  const bool invalid = s->invalid;
  std::unique_ptr<Graph> captured(s->capture);
  leave(captured.get());
  capturer = nullptr;
  *graph = nullptr;
  if (invalid)
    return refuse(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "the capture saw a forbidden call");
  if (!whole) return refuse(CUDA_ERROR_STREAM_CAPTURE_UNJOINED, "a forked stream was not joined");
  *graph = captured.release();
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuGraphInstantiateWithFlags(void **exec, void *graph, unsigned long long) {
  *exec = new Exec(std::make_shared<Graph>(*static_cast<Graph *>(graph)));
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuGraphUpload(void *, void *) { return no_capture("cuGraphUpload"); }
SOFTGPU_API CUresult cuGraphLaunch(void *exec, void *stream) {
  if (CUresult bad = no_capture("cuGraphLaunch")) return bad;
  const Exec graph = *static_cast<Exec *>(exec);
  return submit(stream, [graph] { return replay(*graph); });
}
SOFTGPU_API CUresult cuGraphDestroy(void *graph) {
  delete static_cast<Graph *>(graph);
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuGraphExecDestroy(void *exec) {
  delete static_cast<Exec *>(exec);
  return CUDA_SUCCESS;
}
