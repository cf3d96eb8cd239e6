#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/pause.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"

namespace aiva::shopify {

// What an answer of GraphQL says about points (its `extensions.cost`).
struct PointsStatus {
  double requested = 0;            // what the shop reckoned the query may cost
  std::optional<double> actual{};  // what it did; nothing: it was not run
  double maximum = 0;
  double available = 0;
  double restored_per_s = 0;
};

// How far REST's bucket is filled ("32/40").
struct RequestsStatus {
  double used = 0;
  double size = 0;
};

// One shop's limits as this process knows them: points of GraphQL, which come back steadily, and
// requests of REST, at most as many a second as its bucket leaks. Callers wait in order. Never
// believes that there is more than there is: what is on its way counts as spent. Any thread.
class ShopPace {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // `clock` is borrowed; `waits_s` observes how long callers waited, and is borrowed, too.
  ShopPace(Pause pause, const Clock& clock, Histogram& waits_s);

  // Points that were taken for one query. Without `end` they stay spent.
  class Turn {
   public:
    Turn(std::shared_ptr<ShopPace> pace, double nominal, double taken, std::uint64_t began,
         bool is_alone)
        : pace_(std::move(pace)),
          nominal_(nominal),
          taken_(taken),
          began_(began),
          is_alone_(is_alone) {}
    Turn(Turn&& other) noexcept = default;
    Turn& operator=(Turn&& other) = delete;
    ~Turn() {
      if (pace_) pace_->end_turn(*this, std::nullopt);
    }
    // The answer came and said this.
    void end(const std::optional<PointsStatus>& told) {
      if (auto pace = std::move(pace_)) pace->end_turn(*this, told);
    }

   private:
    friend class ShopPace;
    std::shared_ptr<ShopPace> pace_;  // shared with others in flight; null: it ended
    double nominal_;                  // by our reckoning
    double taken_;
    std::uint64_t began_;
    bool is_alone_;
  };

  // Whether an answer told of points yet. Before it did, only a cheap query should be sent: the
  // points may be used up by what an earlier process did.
  [[nodiscard]] bool knows_points() const;
  // Waits until a query of that cost may be sent. Fails as the context says, and with
  // `rate_limited` when the turn would come after the deadline or too many wait.
  static Task<Result<Turn>> take_points(std::shared_ptr<ShopPace> pace, CallContext context,
                                        double cost);
  // Waits until a request of REST may be sent; fails likewise.
  Task<Result<void>> take_request(CallContext context);
  void learn_requests(const RequestsStatus& told);
  // The shop asked for it: nobody goes before that time has passed.
  void hold(std::chrono::milliseconds time);

 private:
  class Place;
  using Ticket = std::uint64_t;
  struct Taken {
    double points = 0;
    std::uint64_t began = 0;
    bool is_alone = false;
  };

  // What was taken, or how long to wait.
  std::optional<Taken> try_take(Ticket ticket, double cost, std::chrono::milliseconds& wait);
  void end_turn(const Turn& turn, const std::optional<PointsStatus>& told);
  void fill();

  const Pause pause_;
  const Clock& clock_;
  Histogram& waits_s_;
  mutable std::mutex mutex_;
  bool is_known_ = false;
  double level_;
  double maximum_;
  double restored_per_s_;
  double factor_ = 1;        // how much dearer queries are than we reckon
  double in_flight_ = 0;     // points of turns that have not ended
  int running_ = 0;          // turns that have not ended
  std::uint64_t begun_ = 0;  // turns in all
  Instant filled_;
  Instant held_until_ = Instant::min();
  std::set<Ticket> waiting_;
  Ticket last_ = 0;
  double requests_per_s_;
  Instant next_request_ = Instant::min();
};

// The paces of all shops by their address; those nobody uses are forgotten when there are many.
class ShopPaces {
 public:
  ShopPaces(Pause pause, const Clock& clock, Metrics& metrics);
  std::shared_ptr<ShopPace> of(const std::string& address);

 private:
  const Pause pause_;
  const Clock& clock_;
  Histogram& waits_s_;
  std::mutex mutex_;
  // Shared with calls under way.
  std::map<std::string, std::shared_ptr<ShopPace>> paces_;
};

}  // namespace aiva::shopify
