#include "adapters/shopify/internal/shop_pace.h"

#include <algorithm>
#include <utility>

namespace aiva::shopify {
namespace {

using std::chrono::milliseconds;
using Seconds = std::chrono::duration<double>;

// The least that any plan of the provider allows, until the shop says more.
constexpr double points_least = 1000;
constexpr double restored_least_per_s = 50;
constexpr double requests_least_per_s = 2;
// REST's bucket leaks within this time.
constexpr double bucket_leaks_s = 20;
// A second as the shop counts it may hold one request more than one as we do.
constexpr double spacing_margin_s = 0.01;
constexpr double factor_max = 5;
constexpr double points_most = 1e6;
constexpr double restored_most_per_s = 1e5;
constexpr std::size_t waiting_max = 4096;
constexpr std::size_t paces_kept = 4096;
constexpr milliseconds wait_least{5};
constexpr milliseconds wait_behind{20};
constexpr milliseconds wait_most{1000};  // then looked at again: others may have gone

// Whether a wait of that length ends behind the call's deadline.
bool is_too_late(const CallContext& context, milliseconds wait) {
  bool has_end = context.deadline != std::chrono::steady_clock::time_point::max();
  return has_end && std::chrono::steady_clock::now() + wait >= context.deadline;
}

Error turn_too_late(milliseconds wait) {
  Error error{.code = ErrorCode::rate_limited,
              .message = "The shop's limit of requests is reached"};
  auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  error.retry_after_s = static_cast<int>(std::max<std::int64_t>(seconds, 1));
  return error;
}

}  // namespace

// A caller's place in the line, given up when it goes, fails or is dropped.
class ShopPace::Place {
 public:
  explicit Place(ShopPace& pace) : pace_(pace) {
    std::lock_guard lock(pace_.mutex_);
    if (pace_.waiting_.size() >= waiting_max) return;
    ticket_ = ++pace_.last_;
    pace_.waiting_.insert(ticket_);
  }
  ~Place() {
    std::lock_guard lock(pace_.mutex_);
    pace_.waiting_.erase(ticket_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  // 0: there was no room.
  [[nodiscard]] Ticket ticket() const { return ticket_; }

 private:
  ShopPace& pace_;
  Ticket ticket_ = 0;
};

ShopPace::ShopPace(Pause pause, const Clock& clock, Histogram& waits_s)
    : pause_(std::move(pause)),
      clock_(clock),
      waits_s_(waits_s),
      level_(points_least),
      maximum_(points_least),
      restored_per_s_(restored_least_per_s),
      filled_(clock.steady()),
      requests_per_s_(requests_least_per_s) {}

bool ShopPace::knows_points() const {
  std::lock_guard lock(mutex_);
  return is_known_;
}

Task<Result<ShopPace::Turn>> ShopPace::take_points(std::shared_ptr<ShopPace> pace,
                                                   CallContext context, double cost) {
  Place place(*pace);
  if (place.ticket() == 0) co_return fail(turn_too_late(wait_most));
  auto began = pace->clock_.steady();
  for (;;) {
    CO_TRY_VOID(context.check());
    milliseconds wait{0};
    auto taken = pace->try_take(place.ticket(), cost, wait);
    if (taken) {
      pace->waits_s_.observe(Seconds(pace->clock_.steady() - began).count());
      co_return Turn(pace, cost, taken->points, taken->began, taken->is_alone);
    }
    if (is_too_late(context, wait)) co_return fail(turn_too_late(wait));
    auto pausing = pace->pause_(context, std::min(wait, wait_most));
    CO_TRY_VOID(co_await std::move(pausing));
  }
}

std::optional<ShopPace::Taken> ShopPace::try_take(Ticket ticket, double cost, milliseconds& wait) {
  std::lock_guard lock(mutex_);
  auto now = clock_.steady();
  if (now < held_until_) {
    wait = std::max(std::chrono::ceil<milliseconds>(held_until_ - now), wait_least);
    return std::nullopt;
  }
  fill();
  auto wanted = std::min(cost * factor_, maximum_);
  auto missing =
      std::chrono::ceil<milliseconds>(Seconds(std::max(wanted - level_, 0.0) / restored_per_s_));
  if (*waiting_.begin() != ticket) {
    wait = std::max(missing, wait_behind);
    return std::nullopt;
  }
  if (level_ < wanted) {
    wait = std::max(missing, wait_least);
    return std::nullopt;
  }
  waiting_.erase(ticket);
  level_ -= wanted;
  in_flight_ += wanted;
  return Taken{.points = wanted, .began = ++begun_, .is_alone = running_++ == 0};
}

void ShopPace::end_turn(const Turn& turn, const std::optional<PointsStatus>& told) {
  std::lock_guard lock(mutex_);
  fill();
  --running_;
  in_flight_ = running_ == 0 ? 0 : in_flight_ - turn.taken_;
  if (!told) return;
  is_known_ = true;
  maximum_ = std::clamp(told->maximum, 1.0, points_most);
  restored_per_s_ = std::clamp(told->restored_per_s, 1.0, restored_most_per_s);
  if (turn.nominal_ > 0) factor_ = std::clamp(told->requested / turn.nominal_, factor_, factor_max);
  // Answers arrive in any order: only when nothing else was on its way is this the last word.
  bool is_last_word = turn.is_alone_ && begun_ == turn.began_;
  auto available = std::min(told->available, maximum_);
  auto refunded = level_ + turn.taken_ - std::max(told->actual.value_or(0), 0.0);
  level_ = is_last_word ? available : std::min(refunded, available);
}

void ShopPace::fill() {
  auto now = clock_.steady();
  auto passed = std::max(Seconds(now - filled_).count(), 0.0);
  // What is on its way may reach the shop only later, while it is full and restores nothing.
  level_ = std::min(level_ + passed * restored_per_s_, maximum_ - in_flight_);
  filled_ = now;
}

Task<Result<void>> ShopPace::take_request(CallContext context) {
  CO_TRY_VOID(context.check());
  milliseconds wait{0};
  {
    std::lock_guard lock(mutex_);
    auto now = clock_.steady();
    auto turn = std::max({now, next_request_, held_until_});
    wait = std::chrono::ceil<milliseconds>(turn - now);
    if (is_too_late(context, wait)) co_return fail(turn_too_late(wait));
    next_request_ =
        turn + std::chrono::ceil<milliseconds>(Seconds(1 / requests_per_s_ + spacing_margin_s));
  }
  waits_s_.observe(Seconds(wait).count());
  if (wait > milliseconds(0)) {
    auto pausing = pause_(context, wait);
    CO_TRY_VOID(co_await std::move(pausing));
  }
  co_return Result<void>();
}

void ShopPace::learn_requests(const RequestsStatus& told) {
  std::lock_guard lock(mutex_);
  requests_per_s_ = std::clamp(told.size / bucket_leaks_s, requests_least_per_s, 100.0);
  // Others fill the same bucket: what is above half of it leaks first.
  auto above = told.used - told.size / 2;
  if (above <= 0) return;
  auto leaks =
      std::chrono::ceil<milliseconds>(Seconds(std::min(above / requests_per_s_, bucket_leaks_s)));
  next_request_ = std::max(next_request_, clock_.steady() + leaks);
}

void ShopPace::hold(milliseconds time) {
  std::lock_guard lock(mutex_);
  held_until_ = std::max(held_until_, clock_.steady() + time);
}

ShopPaces::ShopPaces(Pause pause, const Clock& clock, Metrics& metrics)
    : pause_(std::move(pause)),
      clock_(clock),
      waits_s_(metrics.histogram("aiva_shop_wait_seconds",
                                 "How long calls waited for their turn at a shop",
                                 duration_buckets_s())) {}

std::shared_ptr<ShopPace> ShopPaces::of(const std::string& address) {
  std::lock_guard lock(mutex_);
  auto found = paces_.find(address);
  if (found != paces_.end()) return found->second;
  if (paces_.size() >= paces_kept)
    std::erase_if(paces_, [](const auto& entry) { return entry.second.use_count() == 1; });
  auto pace = std::make_shared<ShopPace>(pause_, clock_, waits_s_);
  paces_.emplace(address, pace);
  return pace;
}

}  // namespace aiva::shopify
