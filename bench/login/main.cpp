// Measures sign-ins per second through the whole of identity (rows, bcrypt, session, token) against
// bcrypt alone on as many threads of the same priority, and what a remembered token costs.
// usage: login_bench [SECONDS_PER_ROUND] [ROUNDS]
#include <crypt.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "adapters/test_database/test_database.h"
#include "capabilities/identity/identity.h"

namespace aiva {
namespace {

using SteadyClock = std::chrono::steady_clock;
const std::string password = "Correct horse 1";
const std::string email = "ann@example.com";
constexpr int cost = 10;

struct Rate {
  double per_second = 0;
  double cpu_ms = 0;  // of the whole process, for each
};

double cpu_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// Runs `work` until the time is over and says how often it did; `work` returns how often it ran.
Rate measure(std::chrono::duration<double> time,
             const std::function<int(SteadyClock::time_point)>& work) {
  auto started = SteadyClock::now();
  auto cpu_started = cpu_milliseconds();
  int count = work(started + std::chrono::duration_cast<SteadyClock::duration>(time));
  std::chrono::duration<double> took = SteadyClock::now() - started;
  return {.per_second = count / took.count(), .cpu_ms = (cpu_milliseconds() - cpu_started) / count};
}

int crypt_in_loops(SteadyClock::time_point end, unsigned threads) {
  std::atomic<int> count = 0;
  std::vector<std::thread> loops;
  for (unsigned i = 0; i < threads; ++i)
    loops.emplace_back([&] {
      setpriority(PRIO_PROCESS, 0, 19);
      auto scratch = std::make_unique<crypt_data>();
      const char* salt = "$2b$10$abcdefghijklmnopqrstuu";
      while (SteadyClock::now() < end)
        if (crypt_rn(password.c_str(), salt, scratch.get(), sizeof(*scratch)) != nullptr) ++count;
    });
  for (auto& loop : loops) loop.join();
  return count;
}

// Keeps some sign-ins under way until the time is over.
class LoginFlood {
 public:
  LoginFlood(identity::Identity& identity, SteadyClock::time_point end)
      : identity_(identity), end_(end) {}

  int run(int in_flight) {
    for (int i = 0; i < in_flight; ++i) next();
    for (int i = 0; i < in_flight; ++i) ended_.acquire();
    return count_;
  }

 private:
  void next() {
    start(identity_.login({}, {.ip = "192.0.2.1", .user_agent = "bench"}, {email, password}),
          [this](std::exception_ptr, std::optional<Result<identity::SignedIn>> signed_in) {
            if (!signed_in || !signed_in->has_value()) std::abort();
            ++count_;
            if (SteadyClock::now() < end_)
              next();
            else
              ended_.release();
          });
  }

  identity::Identity& identity_;
  SteadyClock::time_point end_;
  std::atomic<int> count_ = 0;
  std::counting_semaphore<> ended_{0};
};

double remembered_token_ns(identity::Identity& identity) {
  auto signed_in = sync_wait(identity.login({}, {}, {email, password}));
  if (!signed_in || !sync_wait(identity.authenticate({}, signed_in->token))) std::abort();
  constexpr int rounds = 200'000;
  auto cpu_started = cpu_milliseconds();
  for (int i = 0; i < rounds; ++i)
    if (!sync_wait(identity.authenticate({}, signed_in->token))) std::abort();
  return (cpu_milliseconds() - cpu_started) * 1e6 / rounds;
}

void print(const char* name, const Rate& rate) {
  std::printf("%-28s %8.2f /s  %7.2f ms CPU each\n", name, rate.per_second, rate.cpu_ms);
}

int run(double seconds, int rounds) {
  auto threads = std::max(std::thread::hardware_concurrency(), 1U);
  TestDatabase database;
  SystemClock clock;
  Metrics metrics;
  auto identity = identity::make_identity(
      {*database, clock, metrics}, {.master_key = std::string(32, 'm'), .bcrypt_cost = cost});
  if (!identity) return 1;
  auto added = sync_wait((*identity)->register_user(
      {}, identity::operator_caller(),
      {.email = email, .password = password, .name = "Ann", .tenant = database.add_tenant()}));
  if (!added) return 1;
  std::printf("bcrypt cost %d on %u threads of nice 19\n", cost, threads);
  Rate best_raw;
  Rate best_login;
  std::chrono::duration<double> time(seconds);
  for (int i = 0; i < rounds; ++i) {
    auto raw = measure(time, [&](auto end) { return crypt_in_loops(end, threads); });
    auto login = measure(time, [&](auto end) {
      return LoginFlood(**identity, end).run(static_cast<int>(4 * threads));
    });
    print("bcrypt alone", raw);
    print("whole sign-ins", login);
    if (raw.per_second > best_raw.per_second) best_raw = raw;
    if (login.per_second > best_login.per_second) best_login = login;
  }
  std::printf("best rounds: %.3f of the raw rate, %.3f of its CPU\n",
              best_login.per_second / best_raw.per_second, best_login.cpu_ms / best_raw.cpu_ms);
  std::printf("a remembered token: %.0f ns CPU\n", remembered_token_ns(**identity));
  return 0;
}

}  // namespace
}  // namespace aiva

int main(int count, char** arguments) {
  double seconds = count > 1 ? std::atof(arguments[1]) : 3;
  int rounds = count > 2 ? std::atoi(arguments[2]) : 3;
  return aiva::run(seconds, rounds);
}
