#include "adapters/openai_realtime/internal/warm_lines.h"

#include <exception>
#include <utility>

#include "foundation/log.h"

namespace aiva::openai_realtime {

std::optional<Line> WarmLines::take() {
  std::deque<Warm> aged;  // closed outside of the lock
  std::lock_guard lock(mutex_);
  auto oldest = std::chrono::steady_clock::now() - options_.warm_time_max;
  while (!lines_.empty() && lines_.front().since < oldest) {
    aged.push_back(std::move(lines_.front()));
    lines_.pop_front();
  }
  if (lines_.empty()) return std::nullopt;
  auto line = std::move(lines_.front().line);
  lines_.pop_front();
  return line;
}

void WarmLines::fill() {
  std::size_t missing = 0;
  {
    std::lock_guard lock(mutex_);
    auto there = lines_.size() + opening_;
    if (there < options_.warm_sockets && !stop_.stop_requested())
      missing = options_.warm_sockets - there;
    opening_ += missing;
  }
  for (; missing > 0; --missing)
    start(open_one(), [self = shared_from_this()](std::exception_ptr) {
      std::lock_guard lock(self->mutex_);
      --self->opening_;
    });
}

Task<void> WarmLines::open_one() {
  auto self = shared_from_this();
  CallContext context{.deadline = std::chrono::steady_clock::now() + options_.open_timeout,
                      .cancellation = stop_.get_token()};
  auto line = co_await open_line(context, options_, sockets_, options_.default_model);
  if (!line) {
    if (!stop_.stop_requested())
      log::failure("No connection could be kept warm", context, line.error());
    co_return;
  }
  std::optional<Line> unwanted;
  std::lock_guard lock(mutex_);
  if (stop_.stop_requested())
    unwanted = std::move(*line);
  else
    lines_.push_back({.line = std::move(*line), .since = std::chrono::steady_clock::now()});
}

void WarmLines::stop() {
  stop_.request_stop();
  std::deque<Warm> all;
  std::lock_guard lock(mutex_);
  std::swap(all, lines_);
}

}  // namespace aiva::openai_realtime
