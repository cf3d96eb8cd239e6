#include "adapters/redis/internal/node.h"

#include <algorithm>
#include <random>
#include <utility>

#include "foundation/log.h"

namespace aiva::redis {
namespace {

// Half to all of a time, so that clients do not come back in step.
std::chrono::milliseconds jittered(std::chrono::milliseconds time) {
  static thread_local std::minstd_rand generator{std::random_device{}()};
  std::uniform_int_distribution<std::int64_t> some(time.count() / 2, time.count());
  return std::chrono::milliseconds(some(generator));
}

}  // namespace

void Node::send(std::unique_ptr<Exchange> exchange) {
  if (exchange->silence_max.count() > 0 && is_silent(exchange->silence_max)) {
    Error silent{.code = ErrorCode::unavailable,
                 .message = "Redis is silent",
                 .cause = address_.to_string(),
                 .retry_after_s = 1};
    return exchange->done(fail(std::move(silent)), false);
  }
  if (auto connection = choose()) return connection->send(std::move(exchange));
  auto failure = last_failure_;
  failure.retry_after_s = 1;
  exchange->done(fail(std::move(failure)), false);
}

bool Node::is_silent(std::chrono::milliseconds time) const {
  auto latest = std::chrono::steady_clock::now() - time;
  bool is_waited_for = false;
  for (const auto& connection : connections_) {
    if (connection->heard_at() > latest) return false;
    auto since = connection->waits_since();
    is_waited_for = is_waited_for || (since && *since <= latest);
  }
  return is_waited_for;
}

std::shared_ptr<Connection> Node::choose() {
  std::erase_if(connections_, [](const auto& connection) { return connection->has_ended(); });
  auto best = std::ranges::min_element(connections_, {},
                                       [](const auto& connection) { return connection->load(); });
  bool has_one = best != connections_.end();
  if (has_one && (*best)->load() == 0) return *best;
  bool may_open = connections_.size() < settings_.connections_max;
  if (may_open && std::chrono::steady_clock::now() >= not_before_) {
    // Others wait for the first of a node: it tells whether there is one.
    if (!has_one || (*best)->is_open()) return connect();
  }
  return has_one ? *best : nullptr;
}

std::shared_ptr<Connection> Node::connect() {
  auto connection = std::make_shared<Connection>(loop_, connections_settings_, address_);
  connections_.push_back(connection);
  connection->start([self = shared_from_this()](bool was_open, const Error& failure) {
    self->note_end(was_open, failure);
  });
  return connection;
}

void Node::note_end(bool was_open, const Error& failure) {
  last_failure_ = failure;
  if (was_open) {
    failures_ = 0;
    return;
  }
  if (failure.code == ErrorCode::cancelled) return;
  if (failures_ == 0) log::failure("A Redis node does not let us in", {}, failure);
  constexpr int doublings_max = 16;
  auto wait = settings_.backoff_min * (1 << std::min(failures_, doublings_max));
  ++failures_;
  not_before_ = std::chrono::steady_clock::now() + jittered(std::min(wait, settings_.backoff_max));
}

void Node::look_at(std::chrono::steady_clock::time_point now) {
  auto connections = connections_;
  for (auto& connection : connections) connection->look_at(now);
}

void Node::close(const Error& why) {
  auto connections = connections_;
  for (auto& connection : connections) connection->close(why);
}

}  // namespace aiva::redis
