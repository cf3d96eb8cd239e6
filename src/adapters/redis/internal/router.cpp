#include "adapters/redis/internal/router.h"

#include <algorithm>
#include <utility>

#include "foundation/log.h"

namespace aiva::redis {
namespace {

using Kind = RedisReply::Kind;
using std::chrono::milliseconds;

constexpr int tries_max = 8;
constexpr int broken_tries_max = 3;
constexpr milliseconds first_pause{25};  // doubled each time
constexpr milliseconds pause_max{500};
constexpr milliseconds slots_age_min{200};
constexpr int candidates_max = 4;
constexpr milliseconds silent_time{500};  // then its slots may be somebody else's

// The cluster is about to change and will answer soon.
bool is_passing(const RedisReply& reply, bool is_cluster) {
  std::string_view said = reply.text;
  if (said.starts_with("TRYAGAIN") || said.starts_with("CLUSTERDOWN")) return true;
  return is_cluster && (said.starts_with("READONLY") || said.starts_with("LOADING"));
}

}  // namespace

void Router::send(AttemptPointer attempt) {
  auto& fresh = *attempt;
  fresh.replies.resize(fresh.batch.commands.size());
  fresh.open.resize(fresh.batch.commands.size());
  for (std::size_t i = 0; i < fresh.open.size(); ++i) fresh.open[i] = i;
  auto to = route(fresh.batch);
  dispatch(std::move(attempt), {.to = std::move(to)});
}

Address Router::choose_node(bool has_failed) {
  if (has_failed) ++candidate_;
  return route("");
}

std::size_t Router::masters() const {
  return slots_ ? std::max<std::size_t>(slots_->masters().size(), 1) : 1;
}

Address Router::route(const RedisBatch& batch) const {
  if (batch.master && slots_ && !slots_->masters().empty())
    return slots_->masters()[*batch.master % slots_->masters().size()];
  return route(batch.key);
}

// Without an owner the masters in turn, and the seeds as well: when all nodes have moved to other
// addresses, only a name leads to them.
Address Router::route(const std::string& key) const {
  if (slots_ && !key.empty())
    if (const auto* owner = slots_->owner(hash_slot(key))) return *owner;
  const auto& seeds = connection_settings_.target.seeds;
  auto masters = slots_ ? slots_->masters().size() : 0;
  auto chosen = candidate_ % (masters + seeds.size());
  return chosen < masters ? slots_->masters()[chosen] : seeds[chosen - masters];
}

Node& Router::node(const Address& address) {
  auto& found = nodes_[address];
  if (found == nullptr)
    found = std::make_shared<Node>(loop_, connection_settings_, node_settings_, address);
  return *found;
}

void Router::dispatch(AttemptPointer attempt, Way way) {
  if (!attempt->is_wanted()) return;
  if (closed_by_) return finish(*attempt, fail(*closed_by_));
  auto exchange = std::make_unique<Exchange>();
  for (auto index : attempt->open) {
    if (way.is_asking) write_command({"ASKING"}, exchange->bytes);
    write_command(attempt->batch.commands[index], exchange->bytes);
  }
  exchange->reply_count = attempt->open.size() * (way.is_asking ? 2 : 1);
  exchange->silence_max = attempt->batch.silence_max;
  exchange->is_wanted = [attempt] { return attempt->is_wanted(); };
  auto& target = node(way.to);
  exchange->done = [this, attempt, way = std::move(way)](Result<RedisReplies> replies,
                                                         bool was_sent) {
    take(attempt, way, std::move(replies), was_sent);
  };
  target.send(std::move(exchange));
}

void Router::take(AttemptPointer attempt, const Way& way, Result<RedisReplies> replies,
                  bool was_sent) {
  if (!replies && slots_) learn_slots(candidates_max);
  if (!attempt->is_wanted()) return;
  if (!replies) return retry_failed(std::move(attempt), std::move(replies.error()), was_sent);
  if (way.is_asking) {
    RedisReplies asked;
    for (std::size_t i = 1; i < replies->size(); i += 2) asked.push_back(std::move((*replies)[i]));
    *replies = std::move(asked);
  }
  sort_out(std::move(attempt), way, std::move(*replies));
}

void Router::retry_failed(AttemptPointer attempt, Error failure, bool was_sent) {
  bool is_alone = !slots_ && connection_settings_.target.seeds.size() == 1;
  bool is_left_alone = failure.retry_after_s > 0;
  // Nobody else has the key until the cluster has chosen another master for it.
  bool is_hurried = attempt->batch.silence_max > milliseconds(0) && !attempt->batch.key.empty();
  bool is_of_one = is_alone || (slots_ && is_hurried);
  bool is_final = failure.code != ErrorCode::unavailable || (is_of_one && is_left_alone);
  bool may_repeat = !was_sent || attempt->batch.may_repeat;
  if (is_final || !may_repeat || ++attempt->tries >= broken_tries_max)
    return finish(*attempt, fail(std::move(failure)));
  ++candidate_;
  dispatch_later(std::move(attempt));
}

void Router::sort_out(AttemptPointer attempt, const Way& way, RedisReplies replies) {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    auto index = attempt->open[i];
    attempt->replies[index] = std::move(replies[i]);
    const auto& reply = attempt->replies[index];
    if (reply.kind != Kind::error) continue;
    // A server that was a master: its name may lead to the new one.
    if (!slots_ && reply.text.starts_with("READONLY")) node(way.to).close(to_error(reply));
    bool is_elsewhere = parse_redirection(reply.text, way.to).has_value();
    if (is_elsewhere || is_passing(reply, slots_.has_value())) open.push_back(index);
  }
  attempt->open = std::move(open);
  if (attempt->open.empty() || ++attempt->tries >= tries_max)
    return finish(*attempt, std::move(attempt->replies));
  if (auto next = find_next_way(*attempt, way))
    dispatch(std::move(attempt), std::move(*next));
  else
    dispatch_later(std::move(attempt));
}

// Where the first of the open commands was pointed to; nothing: to be found again after a pause.
std::optional<Router::Way> Router::find_next_way(Attempt& attempt, const Way& way) {
  const auto& first = attempt.replies[attempt.open.front()];
  auto redirection = parse_redirection(first.text, way.to);
  if (!redirection) {
    learn_slots(candidates_max);
    return std::nullopt;
  }
  if (redirection->is_moved) {
    if (slots_) slots_->set_owner(redirection->slot, redirection->to);
    learn_slots(candidates_max);
  }
  return Way{.to = std::move(redirection->to), .is_asking = !redirection->is_moved};
}

void Router::dispatch_later(AttemptPointer attempt) {
  auto timer = std::make_shared<asio::steady_timer>(loop_);  // shared with its own handler
  auto pause = first_pause * (1 << std::min(attempt->tries, tries_max));
  timer->expires_after(std::min(pause, pause_max));
  timer->async_wait([this, timer, attempt = std::move(attempt)](const error_code&) mutable {
    auto to = route(attempt->batch);
    dispatch(std::move(attempt), {.to = std::move(to)});
  });
}

void Router::finish(Attempt& attempt, Result<RedisReplies> outcome) {
  std::exchange(attempt.done, nullptr)(std::move(outcome));
}

// Asks one node after the other, one question at a time and not all the time.
void Router::learn_slots(int candidates_left) {
  auto now = std::chrono::steady_clock::now();
  if (is_learning_ || candidates_left == 0 || closed_by_ || now - learnt_at_ < slots_age_min)
    return;
  is_learning_ = true;
  auto asked = route("");
  auto exchange = std::make_unique<Exchange>();
  write_command({"CLUSTER", "SLOTS"}, exchange->bytes);
  exchange->reply_count = 1;
  exchange->silence_max = silent_time;
  exchange->is_wanted = [] { return true; };
  exchange->done = [this, asked, candidates_left](Result<RedisReplies> replies, bool) {
    is_learning_ = false;
    auto slots = replies ? ClusterSlots::parse(replies->front(), asked) : std::nullopt;
    if (slots) {
      slots_ = std::move(*slots);
      learnt_at_ = std::chrono::steady_clock::now();
      leave_silent_nodes();
      log::debug("Redis Cluster", {{"masters", slots_->masters().size()}});
      return;
    }
    ++candidate_;
    learn_slots(candidates_left - 1);
  };
  node(asked).send(std::move(exchange));
}

void Router::look_at(std::chrono::steady_clock::time_point now) {
  auto nodes = nodes_;
  bool is_one_silent = false;
  for (auto& [address, node] : nodes) {
    node->look_at(now);
    is_one_silent = is_one_silent || node->is_silent(silent_time);
  }
  if (slots_ && is_one_silent) learn_slots(candidates_max);
}

// What waits for a node that has lost its slots meanwhile goes to the one that has them.
void Router::leave_silent_nodes() {
  auto nodes = nodes_;
  for (auto& [address, node] : nodes) {
    bool has_slots = std::ranges::find(slots_->masters(), address) != slots_->masters().end();
    if (!has_slots && node->is_silent(silent_time))
      node->close({.code = ErrorCode::unavailable,
                   .message = "The connection to Redis broke off",
                   .cause = address.to_string() + " is silent and has no slots"});
  }
}

void Router::close(const Error& why) {
  closed_by_ = why;
  auto nodes = nodes_;
  for (auto& [address, node] : nodes) node->close(why);
}

}  // namespace aiva::redis
