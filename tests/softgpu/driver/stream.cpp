// In-order streams and events. A stream works when somebody waits for it and not before: whoever
// reuses memory that a copy has yet to read, or reads what has yet to be written, finds that out
// every time. The default stream works at once and waits for no other, as beside streams that do
// not block.
#include <algorithm>
#include <set>
#include <utility>

#include "work.h"

using namespace softgpu;

namespace {

std::set<Stream *> streams;

// Works up to a mark, or to the end. Work that fails costs the context and so all that is left.
CUresult drain(Stream &s, const Mark *until) {
  while (!s.tasks.empty() && !(until && until->reached)) {
    Task task = std::move(s.tasks.front());
    s.tasks.pop_front();
    if (task.mark) *task.mark = {true, std::chrono::steady_clock::now()};
    if (!task.work) continue;
    auto run = [](void *work) { return (*static_cast<std::function<int()> *>(work))(); };
    if (CUresult bad = guarded(run, &task.work)) return bad;
  }
  return context_state();
}

}  // namespace

namespace softgpu {

Stream *stream_of(void *handle) {
  auto *s = static_cast<Stream *>(handle);
  return streams.count(s) ? s : nullptr;
}

CUresult submit(void *handle, std::function<int()> work) {
  Stream *s = stream_of(handle);
  if (handle && !s) return refuse(CUDA_ERROR_INVALID_HANDLE, "%p is no stream", handle);
  if (CUresult bad = context_state()) return bad;
  Stream now;
  (s ? *s : now).tasks.push_back({std::move(work), nullptr});
  return s ? CUDA_SUCCESS : drain(now, nullptr);
}

CUresult submit(void *handle, Work work) {
  Stream *s = stream_of(handle);
  if (s && s->capture) {
    capture(*s, std::move(work));
    return CUDA_SUCCESS;
  }
  if (capturing()) return no_capture("work on a stream that it leaves out");
  return submit(handle, [work]() mutable { return work.run(); });
}

CUresult finish_work() {
  for (Stream *s : streams)
    if (CUresult bad = drain(*s, nullptr)) return bad;
  return check_slack();
}

void forget_work() {
  for (Stream *s : streams) s->tasks.clear();
}

void leave(const Graph *graph) {
  for (Stream *s : streams)
    if (s->capture == graph) s->capture = nullptr;
}

}  // namespace softgpu

SOFTGPU_API CUresult cuStreamCreate(void **stream, unsigned) {
  if (CUresult bad = no_capture("cuStreamCreate")) return bad;
  auto *s = new Stream();
  streams.insert(s);
  *stream = s;
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuStreamDestroy_v2(void *stream) {
  Stream *s = stream_of(stream);
  if (!s) return refuse(CUDA_ERROR_INVALID_HANDLE, "%p is no stream", stream);
  const CUresult left = drain(*s, nullptr);
  streams.erase(s);
  delete s;
  return left;
}
SOFTGPU_API CUresult cuStreamSynchronize(void *stream) {
  if (CUresult bad = no_capture("cuStreamSynchronize")) return bad;
  Stream *s = stream_of(stream);
  if (s)
    if (CUresult bad = drain(*s, nullptr)) return bad;
  return check_slack();
}
SOFTGPU_API CUresult cuStreamQuery(void *stream) {
  if (CUresult bad = no_capture("cuStreamQuery")) return bad;
  Stream *s = stream_of(stream);
  return s && !s->tasks.empty() ? CUDA_ERROR_NOT_READY : CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuStreamWaitEvent(void *stream, void *event, unsigned) {
  auto *s = static_cast<Stream *>(stream);
  auto *e = static_cast<Event *>(event);
  if (e->capture) {
    s->capture = e->capture;
    for (int n : e->last)
      if (std::find(s->last.begin(), s->last.end(), n) == s->last.end()) s->last.push_back(n);
  } else if (e->mark && s != e->stream) {
    // Its work may come before that of the stream that records the event: it is done here.
    if (Stream *other = stream_of(e->stream)) return drain(*other, e->mark.get());
  }
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuEventCreate(void **event, unsigned) {
  *event = new Event();
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuEventDestroy_v2(void *event) {
  delete static_cast<Event *>(event);
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuEventRecord(void *event, void *stream) {
  Stream *s = stream_of(stream);
  auto *e = static_cast<Event *>(event);
  e->capture = s ? s->capture : nullptr;
  e->last = s ? s->last : std::vector<int>();
  e->stream = s;
  e->mark = std::make_shared<Mark>();
  if (e->capture) return CUDA_SUCCESS;
  if (s)
    s->tasks.push_back({nullptr, e->mark});
  else
    *e->mark = {true, std::chrono::steady_clock::now()};
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuEventElapsedTime(float *milliseconds, void *begin, void *end) {
  if (CUresult bad = no_capture("cuEventElapsedTime")) return bad;
  const auto &from = static_cast<Event *>(begin)->mark;
  const auto &to = static_cast<Event *>(end)->mark;
  if (!from || !to)
    return refuse(CUDA_ERROR_INVALID_HANDLE, "cuEventElapsedTime of an event without a record");
  if (!from->reached || !to->reached)
    return refuse(CUDA_ERROR_NOT_READY, "cuEventElapsedTime of an event that nobody waited for");
  *milliseconds = std::chrono::duration<float, std::milli>(to->at - from->at).count();
  return CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuEventSynchronize(void *event) {
  if (CUresult bad = no_capture("cuEventSynchronize")) return bad;
  auto *e = static_cast<Event *>(event);
  Stream *s = stream_of(e->stream);
  return e->mark && s ? drain(*s, e->mark.get()) : CUDA_SUCCESS;
}
SOFTGPU_API CUresult cuEventQuery(void *event) {
  if (CUresult bad = no_capture("cuEventQuery")) return bad;
  const auto &mark = static_cast<Event *>(event)->mark;
  return mark && !mark->reached ? CUDA_ERROR_NOT_READY : CUDA_SUCCESS;
}
