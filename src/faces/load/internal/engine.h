#pragma once

#include <boost/asio/signal_set.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "faces/load/internal/client.h"
#include "faces/load/plan.h"
#include "faces/load/tally.h"

namespace aiva::load {

// Why a load ended before its scenario.
enum class Ending : std::uint8_t { whole, interrupted, service_failed };

// Puts a plan on a service: users who think between requests (closed model), or requests at a rate,
// whoever is free sends them (open model). One thread, which runs it.
class Engine {
 public:
  using OnSecond = std::function<void(const SecondLine&)>;

  // All are borrowed for its life.
  Engine(const Plan& plan, const Stage& stage, const Endpoints& endpoints, OnSecond on_second);
  // Runs the scenario to its end, or until a signal (INT, TERM) or the scenario's own end.
  void run();

  [[nodiscard]] const Tally& tally() const { return tally_; }
  [[nodiscard]] Ending ending() const { return ending_; }
  [[nodiscard]] std::chrono::duration<double> length() const { return length_; }
  [[nodiscard]] const Histogram& lag() const { return lag_; }
  [[nodiscard]] const std::vector<std::string>& sessions() const { return shared_.sessions; }

 private:
  struct Due {
    SteadyTime at{};
    Operation operation{};
  };

  Awaitable<void> conduct();
  Awaitable<void> arrive();
  Awaitable<void> live_as_user(std::size_t index);
  Awaitable<void> serve_due(std::size_t index, Due due);
  Awaitable<void> do_one(Client& client, Operation operation, SteadyTime due);
  Awaitable<void> measure(Client& client, Operation operation, SteadyTime due);
  Awaitable<void> drain();
  void start_users(std::size_t wanted);
  void take(Due due);
  void drop(Due due);
  void expire_due(SteadyTime now);
  void end_second(const Position& position);
  void watch_for_failure(const SecondLine& line);
  void listen_for_signals();
  void stop(Ending ending);
  [[nodiscard]] Position position(SteadyTime at) const;
  [[nodiscard]] Operation choose(Random& random) const;

  const Plan& plan_;
  const Endpoints& endpoints_;
  OnSecond on_second_;
  asio::io_context loop_{1};
  asio::signal_set signals_;
  asio::steady_timer arrivals_;
  Shared shared_;
  Mix mix_;
  Random random_;
  Tally tally_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::size_t> idle_;  // open model: who is free
  std::deque<Due> due_;            // open model: what waits for one who is
  std::size_t wanted_ = 0;         // closed model: users now
  std::size_t running_ = 0;
  SteadyTime began_{};
  SteadyTime next_second_{};
  bool is_issuing_ = true;
  bool is_given_up_ = false;
  int failing_seconds_ = 0;
  Ending ending_ = Ending::whole;
  std::chrono::duration<double> length_{};
  Histogram lag_{};  // open model: how late the generator itself was
};

}  // namespace aiva::load
