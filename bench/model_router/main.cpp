// Measures what the model router adds to a call, and how long tenants wait for a key with limits
// while one of them floods it.
// usage: model_router_bench [CALLS] [FLOOD] [SECONDS]
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/test_database/test_database.h"
#include "capabilities/identity/identity.h"
#include "capabilities/models/models.h"
#include "foundation/metrics.h"
#include "foundation/pause.h"

namespace aiva {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Answers with one word at once.
class InstantModel final : public ChatModel {
 public:
  Task<Result<std::unique_ptr<ChatStream>>> open(CallContext, ChatRequest) override {
    co_return std::make_unique<Stream>();
  }

 private:
  class Stream final : public ChatStream {
   public:
    [[nodiscard]] const std::string& model() const override { return model_; }
    Task<Result<std::optional<ChatDelta>>> next(CallContext) override {
      switch (step_++) {
        case 0: co_return ChatDelta{.text = "word"};
        case 1:
          co_return ChatDelta{.finish_reason = "stop",
                              .usage = ChatUsage{.input_tokens = 10, .output_tokens = 1}};
        default: co_return std::nullopt;
      }
    }

   private:
    std::string model_ = "instant";
    int step_ = 0;
  };
};

Task<Result<void>> ask(ChatModel& model, CallContext context) {
  ChatRequest request{.model = "instant", .messages = {{ChatRole::user, "Say a word."}}};
  CO_TRY(auto stream, co_await model.open(context, std::move(request)));
  for (;;) {
    CO_TRY(auto delta, co_await stream->next(context));
    if (!delta) co_return Result<void>();
  }
}

double cpu_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double nanoseconds_per_call(ChatModel& model, CallContext context, int calls) {
  auto begin = cpu_nanoseconds();
  for (int i = 0; i < calls; ++i)
    if (!sync_wait(ask(model, context))) std::exit(1);
  return (cpu_nanoseconds() - begin) / calls;
}

// How long calls of one tenant took, in milliseconds.
class Times {
 public:
  void add(SteadyClock::duration time) {
    std::lock_guard lock(mutex_);
    times_.push_back(std::chrono::duration<double, std::milli>(time).count());
  }
  void refuse() { ++refused_; }
  void print(const char* who) {
    std::lock_guard lock(mutex_);
    std::ranges::sort(times_);
    auto at = [this](double part) {
      auto last = static_cast<double>(times_.size() - 1);
      return times_.empty() ? 0.0 : times_[static_cast<std::size_t>(last * part)];
    };
    std::printf("%-22s %6zu answered %5d refused   p50 %8.1f ms  p95 %8.1f ms  longest %8.1f ms\n",
                who, times_.size(), refused_.load(), at(0.5), at(0.95), at(1));
  }

 private:
  std::mutex mutex_;
  std::vector<double> times_;
  std::atomic<int> refused_ = 0;
};

void send(ChatModel& model, TenantId tenant, Times& times, std::atomic<int>& running) {
  ++running;
  auto begin = SteadyClock::now();
  start(ask(model, {.tenant = tenant}),
        [&times, &running, begin](std::exception_ptr, std::optional<Result<void>> outcome) {
          if (outcome && *outcome)
            times.add(SteadyClock::now() - begin);
          else
            times.refuse();
          --running;
        });
}

class Bench {
 public:
  Bench() {
    identity_ = identity::make_identity({*database_, clock_, metrics_},
                                        {.master_key = std::string(32, 'm'), .bcrypt_threads = 1})
                    .value();
  }

  void overhead(int calls) {
    auto models = make({});
    auto router = models->make_chat_model();
    InstantModel plain;
    CallContext context{.tenant = database_.add_tenant()};
    nanoseconds_per_call(*router, context, 1000);
    std::printf("%-22s %8.0f ns CPU a call\n", "the model alone",
                nanoseconds_per_call(plain, context, calls));
    std::printf("%-22s %8.0f ns CPU a call\n", "behind the router",
                nanoseconds_per_call(*router, context, calls));
  }

  // One tenant sends `flood` calls at once, another a call every 200 ms.
  void fairness(int flood, int seconds) {
    auto models = make({.requests_per_minute = 6000});
    auto router = models->make_chat_model();
    auto flooding = database_.add_tenant("Flood");
    auto quiet = database_.add_tenant("Quiet");
    Times flood_times;
    Times quiet_times;
    std::atomic<int> running = 0;
    for (int i = 0; i < flood; ++i) send(*router, flooding, flood_times, running);
    auto end = SteadyClock::now() + std::chrono::seconds(seconds);
    while (SteadyClock::now() < end) {
      send(*router, quiet, quiet_times, running);
      std::this_thread::sleep_for(milliseconds(200));
    }
    while (running > 0) std::this_thread::sleep_for(milliseconds(20));
    std::printf("100 calls a second, one tenant sends %d at once:\n", flood);
    flood_times.print("the one that floods");
    quiet_times.print("the quiet one");
  }

 private:
  std::unique_ptr<models::Models> make(models::KeyLimits limits) {
    models::ProviderSettings provider;
    provider.name = "instant";
    provider.base_url = "http://instant.example";
    provider.needs_key = false;
    provider.prefixes = {""};
    provider.limits = limits;
    models::ModelsSettings settings{.providers = {provider},
                                    .queue_timeout = std::chrono::minutes(10),
                                    .waiting_max = 1'000'000,
                                    .waiting_per_tenant_max = 1'000'000,
                                    .master_key = std::string(32, 'k')};
    auto factory = [](const models::ProviderSettings&, const std::string&,
                      models::AttemptListener) { return std::make_unique<InstantModel>(); };
    return models::make_models({.database = *database_,
                                .audit = identity_->audit_log(),
                                .clock = clock_,
                                .metrics = metrics_,
                                .make_model = factory,
                                .pause = make_pause()},
                               std::move(settings))
        .value();
  }

  TestDatabase database_;
  SystemClock clock_;
  Metrics metrics_;
  std::unique_ptr<identity::Identity> identity_;
};

}  // namespace
}  // namespace aiva

int main(int argc, char** argv) {
  int calls = argc > 1 ? std::atoi(argv[1]) : 200'000;
  int flood = argc > 2 ? std::atoi(argv[2]) : 1000;
  int seconds = argc > 3 ? std::atoi(argv[3]) : 8;
  aiva::Bench bench;
  bench.overhead(calls);
  bench.fairness(flood, seconds);
}
