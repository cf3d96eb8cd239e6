#include "faces/ari/internal/line.h"

#include <utility>
#include <vector>

namespace aiva::ari {
namespace {

constexpr std::chrono::seconds reply_time_max{10};
constexpr std::size_t waiting_max = 10'000;

Error not_connected() {
  return {.code = ErrorCode::unavailable, .message = "The telephone system is not connected"};
}

}  // namespace

void Line::open(Send send) {
  close();
  send_ = std::move(send);
}

void Line::close() {
  send_ = nullptr;
  while (!waiting_.empty()) end(waiting_.begin(), fail(not_connected()));
}

void Line::end(std::map<std::string, Waiting*>::iterator waiting, Result<Reply> outcome) {
  auto* found = waiting->second;
  waiting_.erase(waiting);
  found->outcome = std::move(outcome);
  found->handle.resume();
}

void Line::take(Reply reply) {
  auto found = waiting_.find(reply.request);
  if (found != waiting_.end()) end(found, std::move(reply));
}

void Line::expire(Instant now) {
  std::vector<std::string> late;
  for (const auto& [id, waiting] : waiting_)
    if (waiting->until <= now) late.push_back(id);
  for (const auto& id : late)
    if (auto found = waiting_.find(id); found != waiting_.end())
      end(found, fail(ErrorCode::timeout, "The telephone system does not answer"));
}

Task<Result<Reply>> Line::exchange(Request request) {
  if (!send_) co_return fail(not_connected());
  if (waiting_.size() >= waiting_max)
    co_return fail(ErrorCode::unavailable, "The telephone system is overloaded");
  auto id = std::to_string(++count_);
  Waiting waiting{.until = std::chrono::steady_clock::now() + reply_time_max};
  if (!send_(request_text(request, id))) co_return fail(not_connected());
  waiting_.emplace(id, &waiting);
  struct Awaiter {
    Waiting& waiting;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) { waiting.handle = handle; }
    void await_resume() const noexcept {}
  };
  co_await Awaiter{waiting};
  co_return std::move(*waiting.outcome);
}

Task<Result<std::string>> Line::ask(Request request) {
  auto exchanging = exchange(std::move(request));
  CO_TRY(auto reply, co_await std::move(exchanging));
  if (!reply.is_success()) co_return fail(error_of(reply));
  co_return std::move(reply.body);
}

}  // namespace aiva::ari
