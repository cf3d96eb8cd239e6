#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>

#include "foundation/call_context.h"
#include "foundation/pause.h"
#include "foundation/task.h"
#include "ports/http_client.h"

namespace aiva::model_server {

// What a provider allows in a minute; 0: no limit is kept.
struct RateLimits {
  double requests_per_minute = 0;
  double tokens_per_minute = 0;
};

// What a request takes of the limits, and whether somebody waits for its answer right now.
struct RequestCost {
  double tokens = 0;
  bool is_urgent = false;
};

// An allowance that fills up steadily, as providers count theirs, and of which a burst may be spent
// at once. A cost above that is let through full and paid back before the next.
class Allowance {
 public:
  // 0: without limit. A burst is what comes together in `burst_s` seconds, at least 1.
  Allowance(double per_minute, double burst_s);

  [[nodiscard]] double capacity() const { return capacity_; }
  // What may be taken now; negative after more was.
  [[nodiscard]] double level() const { return level_; }
  void fill(std::chrono::duration<double> time);
  // How long until `cost` may be taken and `kept` is left.
  [[nodiscard]] std::chrono::duration<double> wait_for(double cost, double kept) const;
  void take(double cost);
  // The provider has no more than this left.
  void lower_to(double left);

 private:
  double per_minute_;
  double capacity_;
  double level_;
};

// Lets requests to one server through at the pace its limits allow: urgent ones first, each lane in
// order; a part of the allowance is kept for the urgent. Any thread.
class RequestPace {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  using Now = std::function<Instant()>;

  RequestPace(const RateLimits& limits, Pause pause, Now now);

  // Waits for the request's turn and counts it. Fails as the context says, and with `unavailable`
  // when its turn would come after the deadline or too many wait.
  Task<Result<void>> enter(CallContext context, RequestCost cost);
  // A request estimated at so many tokens took another number.
  void correct(double estimated, double used);
  // Reads what the server says is left (x-ratelimit-remaining-…).
  void learn(const HttpResponse& response);
  // Nobody goes before that time has passed.
  void hold(std::chrono::milliseconds time);
  // The most tokens a bulk request may have so that questions need not wait for it; 0: any.
  [[nodiscard]] double bulk_tokens_max() const;

 private:
  class Place;
  using Ticket = std::uint64_t;

  // Zero when it has been let through.
  std::chrono::milliseconds try_take(Ticket ticket, const RequestCost& cost);
  void fill();
  std::set<Ticket>& lane(bool is_urgent) { return is_urgent ? urgent_ : bulk_; }

  const RateLimits limits_;
  const Pause pause_;
  const Now now_;
  std::mutex mutex_;
  Allowance requests_;
  Allowance tokens_;
  Instant filled_;
  Instant held_until_ = Instant::min();
  std::set<Ticket> urgent_;
  std::set<Ticket> bulk_;
  Ticket last_ = 0;
};

}  // namespace aiva::model_server
