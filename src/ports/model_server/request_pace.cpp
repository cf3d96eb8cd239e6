#include "ports/model_server/request_pace.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace aiva::model_server {
namespace {

using std::chrono::milliseconds;
using Seconds = std::chrono::duration<double>;

// Providers enforce what they allow a minute over shorter times, requests by the second.
constexpr double request_burst_s = 1;
constexpr double token_burst_s = 10;
constexpr double kept_share = 0.25;      // of a burst, for the urgent
constexpr double kept_capacity_min = 4;  // less is not worth dividing
constexpr std::size_t waiting_max = 4096;
constexpr milliseconds wait_least{5};
constexpr milliseconds wait_most{1000};  // then looked at again: others may have gone

std::optional<double> read_left(const HttpResponse& response, std::string_view name) {
  auto text = response.header(name);
  double left = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), left);
  // Some servers say -1 for "not told".
  bool is_told = error == std::errc() && end == text.data() + text.size() && left >= 0;
  return is_told ? std::optional(left) : std::nullopt;
}

double kept_for_urgent(const Allowance& allowance) {
  return allowance.capacity() < kept_capacity_min ? 0 : allowance.capacity() * kept_share;
}

}  // namespace

Allowance::Allowance(double per_minute, double burst_s)
    : per_minute_(per_minute),
      capacity_(per_minute > 0 ? std::max(per_minute / 60 * burst_s, 1.0) : 0),
      level_(capacity_) {}

void Allowance::fill(Seconds time) {
  level_ = std::min(level_ + std::max(time.count(), 0.0) * per_minute_ / 60, capacity_);
}

Seconds Allowance::wait_for(double cost, double kept) const {
  if (per_minute_ <= 0) return Seconds(0);
  auto missing = std::min(cost + kept, capacity_) - level_;
  return Seconds(std::max(missing, 0.0) * 60 / per_minute_);
}

void Allowance::take(double cost) { level_ -= cost; }

void Allowance::lower_to(double left) { level_ = std::min(level_, left); }

// A request's place in its lane, given up when the request goes, fails or is dropped.
class RequestPace::Place {
 public:
  Place(RequestPace& pace, bool is_urgent) : pace_(pace), is_urgent_(is_urgent) {
    std::lock_guard lock(pace_.mutex_);
    if (pace_.urgent_.size() + pace_.bulk_.size() >= waiting_max) return;
    ticket_ = ++pace_.last_;
    pace_.lane(is_urgent_).insert(ticket_);
  }
  ~Place() {
    std::lock_guard lock(pace_.mutex_);
    pace_.lane(is_urgent_).erase(ticket_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  // 0: there was no room.
  [[nodiscard]] Ticket ticket() const { return ticket_; }

 private:
  RequestPace& pace_;
  bool is_urgent_;
  Ticket ticket_ = 0;
};

RequestPace::RequestPace(const RateLimits& limits, Pause pause, Now now)
    : limits_(limits),
      pause_(std::move(pause)),
      now_(std::move(now)),
      requests_(limits.requests_per_minute, request_burst_s),
      tokens_(limits.tokens_per_minute, token_burst_s),
      filled_(now_()) {}

Task<Result<void>> RequestPace::enter(CallContext context, RequestCost cost) {
  Place place(*this, cost.is_urgent);
  if (place.ticket() == 0)
    co_return fail(ErrorCode::unavailable, "Too many requests wait for the model provider");
  for (;;) {
    CO_TRY_VOID(context.check());
    auto wait = try_take(place.ticket(), cost);
    if (wait == milliseconds(0)) co_return Result<void>();
    bool has_end = context.deadline != Instant::max();
    if (has_end && std::chrono::steady_clock::now() + wait >= context.deadline) {
      Error error{.code = ErrorCode::unavailable,
                  .message = "The model provider's limit of requests is reached"};
      auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
      error.retry_after_s = static_cast<int>(std::max<std::int64_t>(seconds, 1));
      co_return fail(std::move(error));
    }
    auto pausing = pause_(context, std::min(wait, wait_most));
    CO_TRY_VOID(co_await std::move(pausing));
  }
}

milliseconds RequestPace::try_take(Ticket ticket, const RequestCost& cost) {
  std::lock_guard lock(mutex_);
  auto now = now_();
  if (now < held_until_) return std::chrono::ceil<milliseconds>(held_until_ - now);
  fill();
  auto wait =
      std::max(requests_.wait_for(1, cost.is_urgent ? 0 : kept_for_urgent(requests_)),
               tokens_.wait_for(cost.tokens, cost.is_urgent ? 0 : kept_for_urgent(tokens_)));
  bool is_behind = *lane(cost.is_urgent).begin() != ticket || (!cost.is_urgent && !urgent_.empty());
  if (wait <= Seconds(0) && !is_behind) {
    requests_.take(1);
    tokens_.take(cost.tokens);
    lane(cost.is_urgent).erase(ticket);
    return milliseconds(0);
  }
  return std::max(std::chrono::ceil<milliseconds>(wait), wait_least);
}

void RequestPace::fill() {
  auto now = now_();
  requests_.fill(now - filled_);
  tokens_.fill(now - filled_);
  filled_ = now;
}

void RequestPace::correct(double estimated, double used) {
  std::lock_guard lock(mutex_);
  fill();
  tokens_.take(used - estimated);
  fill();
}

void RequestPace::learn(const HttpResponse& response) {
  auto requests = read_left(response, "x-ratelimit-remaining-requests");
  auto tokens = read_left(response, "x-ratelimit-remaining-tokens");
  std::lock_guard lock(mutex_);
  fill();
  if (requests) requests_.lower_to(*requests);
  if (tokens) tokens_.lower_to(*tokens);
}

void RequestPace::hold(milliseconds time) {
  std::lock_guard lock(mutex_);
  held_until_ = std::max(held_until_, now_() + time);
}

double RequestPace::bulk_tokens_max() const {
  if (limits_.tokens_per_minute <= 0) return 0;
  auto burst = Allowance(limits_.tokens_per_minute, token_burst_s).capacity() * (1 - kept_share);
  // Where requests are the scarce thing they are filled, even beyond a burst.
  auto share =
      limits_.requests_per_minute > 0 ? limits_.tokens_per_minute / limits_.requests_per_minute : 0;
  return std::max({burst, share, 1.0});
}

}  // namespace aiva::model_server
