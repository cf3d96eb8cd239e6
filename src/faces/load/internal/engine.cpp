#include "faces/load/internal/engine.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <cmath>
#include <csignal>
#include <exception>
#include <utility>

#include "faces/load/internal/arrivals.h"

namespace aiva::load {
namespace {

using std::chrono::steady_clock;

constexpr auto tick = std::chrono::milliseconds(20);
constexpr std::size_t due_max = 100'000;
// A user whom nobody answers tries again after so long at least.
constexpr auto pause_least_unreachable = std::chrono::milliseconds(100);
// When a scenario ends at failure: so many seconds in a row, in each of which so many requests
// failed or took so long.
constexpr int failing_seconds_max = 5;
constexpr double failing_share = 0.05;
constexpr std::uint64_t failing_p95_us = 5'000'000;

Mix without_what_is_not_there(Mix mix, const Stage& stage) {
  if (!stage.has_images) mix[static_cast<std::size_t>(Operation::image_search)] = 0;
  return mix;
}

// What a coroutine of a load throws ends the load.
void let_through(const std::exception_ptr& exception) {
  if (exception) std::rethrow_exception(exception);
}

Micros span_between(SteadyTime from, SteadyTime to) {
  return std::chrono::duration_cast<Micros>(to - from);
}

}  // namespace

Engine::Engine(const Plan& plan, const Stage& stage, const Endpoints& endpoints, OnSecond on_second)
    : plan_(plan),
      endpoints_(endpoints),
      on_second_(std::move(on_second)),
      signals_(loop_),
      arrivals_(loop_),
      shared_{.stage = stage, .writer = RequestWriter(plan.target, plan.key)},
      mix_(without_what_is_not_there(plan.mix, stage)),
      random_(plan.seed),
      tally_(plan.scenario) {
  for (std::size_t i = 0; i < plan.clients(); ++i) {
    clients_.push_back(std::make_unique<Client>(loop_, endpoints_, shared_, random_()));
    idle_.push_back(i);
  }
}

Position Engine::position(SteadyTime at) const { return position_at(plan_.scenario, at - began_); }

Operation Engine::choose(Random& random) const { return pick(mix_, any_share(random)); }

void Engine::run() {
  began_ = steady_clock::now();
  next_second_ = began_ + std::chrono::seconds(1);
  listen_for_signals();
  asio::co_spawn(loop_, conduct(), let_through);
  if (plan_.is_open()) asio::co_spawn(loop_, arrive(), let_through);
  loop_.run();
}

void Engine::listen_for_signals() {
  error_code ignored;
  signals_.add(SIGINT, ignored);
  signals_.add(SIGTERM, ignored);
  signals_.async_wait([this](const error_code& error, int) {
    if (error) return;
    is_given_up_ = !is_issuing_;  // the second one
    stop(Ending::interrupted);
    listen_for_signals();
  });
}

void Engine::stop(Ending ending) {
  if (!is_issuing_) return;
  is_issuing_ = false;
  ending_ = ending;
}

// Keeps users and clock until the scenario is over, and then until the last answer.
Awaitable<void> Engine::conduct() {
  asio::steady_timer timer(loop_);
  while (is_issuing_) {
    auto now = steady_clock::now();
    auto at = position(now);
    if (at.is_over) {
      stop(Ending::whole);
      break;
    }
    if (!plan_.is_open()) start_users(static_cast<std::size_t>(std::lround(at.users)));
    for (const auto& client : clients_) client->wire.expire(now);
    expire_due(now);
    if (now >= next_second_) end_second(at);
    timer.expires_at(std::min(now + tick, next_second_));
    co_await timer.async_wait(waiting);
  }
  length_ = steady_clock::now() - began_;
  co_await drain();
  signals_.cancel();
}

Awaitable<void> Engine::drain() {
  asio::steady_timer timer(loop_);
  arrivals_.cancel();
  for (const auto& client : clients_) client->pause.cancel();
  while (!due_.empty()) {
    drop(due_.front());
    due_.pop_front();
  }
  while (running_ > 0) {
    auto now = is_given_up_ ? SteadyTime::max() : steady_clock::now();
    for (const auto& client : clients_) client->wire.expire(now);
    timer.expires_after(tick);
    co_await timer.async_wait(waiting);
  }
  auto last = plan_.scenario.phases.size() - 1;
  auto at = position(began_ + std::chrono::duration_cast<std::chrono::nanoseconds>(length_));
  if (tally_.has_open_second()) end_second({.phase = std::min(at.phase, last)});
  for (const auto& client : clients_) client->wire.close();
}

void Engine::end_second(const Position& position) {
  next_second_ += std::chrono::seconds(1);
  const auto& line = tally_.end_second(
      position.phase, plan_.is_open() ? static_cast<double>(running_) : position.users);
  if (on_second_) on_second_(line);
  watch_for_failure(line);
}

void Engine::watch_for_failure(const SecondLine& line) {
  bool is_failing = line.requests > 0 &&
                    (line.errors > line.requests * failing_share || line.p95_us > failing_p95_us);
  failing_seconds_ = is_failing ? failing_seconds_ + 1 : 0;
  if (plan_.scenario.ends_at_failure && failing_seconds_ >= failing_seconds_max)
    stop(Ending::service_failed);
}

void Engine::start_users(std::size_t wanted) {
  wanted_ = std::min(wanted, clients_.size());
  for (std::size_t i = 0; i < wanted_; ++i) {
    if (clients_[i]->is_running) continue;
    clients_[i]->is_running = true;
    ++running_;
    asio::co_spawn(loop_, live_as_user(i), let_through);
  }
}

Awaitable<void> Engine::live_as_user(std::size_t index) {
  auto& client = *clients_[index];
  auto least = std::chrono::nanoseconds(plan_.think_time.least);
  auto most = std::chrono::nanoseconds(plan_.think_time.most);
  // Those who come together do not act together.
  auto first = std::chrono::duration<double>(most) * any_share(client.random());
  client.pause.expires_after(std::chrono::duration_cast<std::chrono::nanoseconds>(first));
  co_await client.pause.async_wait(waiting);
  while (is_issuing_ && index < wanted_) {
    auto began = steady_clock::now();
    co_await do_one(client, choose(client.random()), began);
    auto thinking = std::chrono::duration<double>(most - least) * any_share(client.random());
    auto rest = least + std::chrono::duration_cast<std::chrono::nanoseconds>(thinking);
    if (client.is_unreachable)
      rest = std::max(rest, std::chrono::nanoseconds(pause_least_unreachable));
    if (rest.count() == 0 || !is_issuing_) continue;
    client.pause.expires_after(rest);
    co_await client.pause.async_wait(waiting);
  }
  client.is_running = false;
  --running_;
}

// Requests fall due at the rate of the moment, whether or not answers come.
Awaitable<void> Engine::arrive() {
  double most = users_most(plan_.scenario);
  Arrivals arrivals(began_);
  while (is_issuing_) {
    auto now = position(arrivals.at());
    if (now.is_over) co_return;
    bool is_due = arrivals.advance(plan_.rate * now.users / most);
    if (arrivals.at() > steady_clock::now()) {
      arrivals_.expires_at(arrivals.at());
      co_await arrivals_.async_wait(waiting);
      if (!is_issuing_) co_return;
    }
    if (!is_due) continue;
    auto lag = span_between(arrivals.at(), steady_clock::now());
    lag_.record(static_cast<std::uint64_t>(std::max<std::int64_t>(lag.count(), 0)));
    take({.at = arrivals.at(), .operation = choose(random_)});
  }
}

void Engine::take(Due due) {
  if (idle_.empty()) {
    if (due_.size() < due_max)
      due_.push_back(due);
    else
      drop(due);
    return;
  }
  auto index = idle_.back();
  idle_.pop_back();
  ++running_;
  asio::co_spawn(loop_, serve_due(index, due), let_through);
}

Awaitable<void> Engine::serve_due(std::size_t index, Due due) {
  while (true) {
    co_await do_one(*clients_[index], due.operation, due.at);
    if (due_.empty()) break;
    due = due_.front();
    due_.pop_front();
  }
  idle_.push_back(index);
  --running_;
}

void Engine::drop(Due due) {
  tally_.record({.operation = due.operation,
                 .outcome = Outcome::not_sent,
                 .latency = span_between(due.at, steady_clock::now()),
                 .phase = position(due.at).phase});
}

void Engine::expire_due(SteadyTime now) {
  while (!due_.empty() && due_.front().at + plan_.timeout < now) {
    drop(due_.front());
    due_.pop_front();
  }
}

Awaitable<void> Engine::do_one(Client& client, Operation operation, SteadyTime due) {
  if (operation == Operation::chat && !client.has_session()) {
    co_await measure(client, Operation::open_session, due);
    if (!client.has_session()) co_return;
    due = steady_clock::now();
  }
  co_await measure(client, operation, due);
}

Awaitable<void> Engine::measure(Client& client, Operation operation, SteadyTime due) {
  auto sent = steady_clock::now();
  auto answer = co_await client.perform(operation, sent + plan_.timeout);
  auto ended = steady_clock::now();
  client.is_unreachable = answer.outcome == Outcome::unreachable;
  Sample sample{.operation = operation,
                .outcome = answer.outcome,
                .latency = span_between(due, ended),
                .service = span_between(sent, ended),
                .bytes = answer.bytes,
                .phase = position(due).phase};
  if (answer.first_words != SteadyTime{})
    sample.first_words = span_between(due, answer.first_words);
  tally_.record(sample);
}

}  // namespace aiva::load
