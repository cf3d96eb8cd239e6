#include "capabilities/voice/frame_clock.h"

#include <pthread.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "capabilities/voice/leg.h"

namespace aiva::voice {
namespace {

constexpr std::size_t phases = 4;
constexpr auto phase_time = std::chrono::milliseconds(frame_ms) / phases;

// The calls of one home. `phase_calls` is touched on the home only.
struct Home {
  explicit Home(Executor& executor_of_home) : executor(executor_of_home) {}

  Executor& executor;
  std::array<std::vector<std::weak_ptr<Beating>>, phases> phase_calls{};
  std::array<std::atomic<bool>, phases> is_posted{};  // a beat waits to be run
  std::atomic<std::size_t> calls = 0;

  void beat(std::size_t phase) {
    is_posted.at(phase) = false;
    auto now = std::chrono::steady_clock::now();
    auto& list = phase_calls.at(phase);
    // By index: a beat may add a call.
    for (std::size_t at = 0; at < list.size();) {
      if (auto beating = list[at].lock()) {
        beating->beat(now);
        ++at;
      } else {
        list[at] = std::move(list.back());
        list.pop_back();
        --calls;
      }
    }
  }

  std::size_t emptiest() const {
    std::size_t best = 0;
    for (std::size_t phase = 1; phase < phases; ++phase)
      if (phase_calls.at(phase).size() < phase_calls.at(best).size()) best = phase;
    return best;
  }
};

}  // namespace

struct FrameClock::State {
  explicit State(Metrics& metrics)
      : lateness(metrics.histogram("aiva_voice_tick_lateness_seconds",
                                   "How late the frames of calls are begun",
                                   {.0005, .001, .002, .005, .01, .02, .05, .1, .5})) {}

  Histogram& lateness;
  std::mutex mutex{};
  std::vector<std::shared_ptr<Home>> homes{};  // shared with the work posted to them
  std::jthread thread{};

  std::shared_ptr<Home> home_of(Executor& executor) {
    std::lock_guard lock(mutex);
    for (const auto& home : homes)
      if (&home->executor == &executor) return home;
    return homes.emplace_back(std::make_shared<Home>(executor));
  }

  void post(const std::shared_ptr<Home>& home, std::size_t phase, Instant due) {
    if (home->calls == 0 || home->is_posted.at(phase).exchange(true)) return;
    home->executor.post([home, phase, due, this_lateness = &lateness] {
      auto late = std::chrono::steady_clock::now() - due;
      this_lateness->observe(std::chrono::duration<double>(late).count());
      home->beat(phase);
    });
  }

  void run(const std::stop_token& stop) {
    auto due = std::chrono::steady_clock::now();
    for (std::size_t phase = 0; !stop.stop_requested(); phase = (phase + 1) % phases) {
      due += phase_time;
      std::this_thread::sleep_until(due);
      // After a stall time goes on from now; what was missed is missed.
      auto now = std::chrono::steady_clock::now();
      if (now - due > std::chrono::milliseconds(5 * frame_ms)) due = now;
      std::vector<std::shared_ptr<Home>> present;
      {
        std::lock_guard lock(mutex);
        present = homes;
      }
      for (const auto& home : present) post(home, phase, due);
    }
  }
};

FrameClock::FrameClock(Metrics& metrics) : state_(std::make_unique<State>(metrics)) {
  state_->thread = std::jthread([state = state_.get()](std::stop_token stop) {
    pthread_setname_np(pthread_self(), "aiva-frames");
    state->run(stop);
  });
}

FrameClock::~FrameClock() = default;

void FrameClock::add(Executor& executor, const std::shared_ptr<Beating>& beating) {
  auto home = state_->home_of(executor);
  home->phase_calls.at(home->emptiest()).push_back(beating);
  ++home->calls;
}

}  // namespace aiva::voice
