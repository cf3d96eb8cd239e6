#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <queue>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "load/chat_load/wire.h"

namespace aiva::load {

// When the model says what, on average: each answer takes from half to one and a half of both
// times, so that streams do not fall into step. All zero: at once, in one piece.
struct ModelPace {
  std::chrono::microseconds first_word{0};  // after the request
  std::chrono::microseconds between{0};     // words
  int words = 12;
};

// A model of the OpenAI dialect that streams the same answer to everybody, on a thread of its own.
// Its first word is `own` and how many nanoseconds it took from the request to it.
class ModelEmulator {
 public:
  ModelEmulator();
  ~ModelEmulator();
  ModelEmulator(const ModelEmulator&) = delete;
  ModelEmulator& operator=(const ModelEmulator&) = delete;

  [[nodiscard]] std::string url() const;
  // Of the answers that begin from now on.
  void set_pace(ModelPace pace);
  // Of its thread so far; a little behind while it sleeps.
  [[nodiscard]] double cpu_seconds() const { return cpu_seconds_; }
  [[nodiscard]] std::int64_t answers() const { return answers_; }
  [[nodiscard]] std::int64_t connections() const { return connections_; }

 private:
  struct Peer {
    Descriptor socket{};
    std::string input{};
    std::uint64_t number = 0;  // sockets are used again, numbers are not
    ModelPace pace{};
    Instant asked_at{};
    int word = 0;  // said next
  };
  struct Due {
    Instant at{};
    int socket = -1;
    std::uint64_t peer = 0;
    bool operator>(const Due& other) const { return at > other.at; }
  };

  void run();
  void admit();
  void hear(Peer& peer);
  void answer(Peer& peer);
  ModelPace next_pace();
  void speak();
  void say_word(Peer& peer);
  void forget(int socket);
  [[nodiscard]] int milliseconds_to_wait() const;

  std::uint16_t port_ = 0;
  Descriptor listener_;
  Descriptor poll_;
  std::unordered_map<int, std::unique_ptr<Peer>> peers_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::uint64_t next_number_ = 0;
  std::minstd_rand random_{1};
  std::mutex mutex_;
  ModelPace pace_;  // under mutex_
  std::atomic<double> cpu_seconds_ = 0;
  std::atomic<std::int64_t> answers_ = 0;
  std::atomic<std::int64_t> connections_ = 0;
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

}  // namespace aiva::load
