#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "load/chat_load/wire.h"

namespace aiva::load {

// What clients of a chat do.
struct TalkPlan {
  std::uint16_t port = 0;
  std::string token{};
  std::vector<std::string> sessions{};  // one for each client
  bool is_stream = false;
  std::chrono::milliseconds time{10'000};
  std::chrono::milliseconds spread{0};  // within which they begin, one after the other
  // Called once, when all are in the middle of an answer; then they go away.
  std::function<void()> when_all_listen{};
};

struct TalkFigures {
  std::int64_t turns = 0;
  double seconds = 0;      // from the first request to the last answer
  double cpu_seconds = 0;  // of the clients
  std::vector<double> turn_ms{};
  std::vector<double> added_ms{};  // to the first words, beyond the model's own; streams only
  std::vector<std::string> failures{};
};

// Clients that each send a message, read the answer and send the next, on the thread that calls.
class Talkers {
 public:
  explicit Talkers(TalkPlan plan);
  TalkFigures run();

 private:
  struct Talker {
    Descriptor socket{};
    AnswerReader answer{};
    Instant sent_at{};
    bool has_heard = false;  // the first words of this answer
    bool is_over = false;
  };

  void begin_due();
  void ask(std::size_t index);
  void hear(std::size_t index);
  void note_first_words(Talker& talker);
  void end_turn(std::size_t index);
  void leave(Talker& talker);
  void fail(Talker& talker, std::string why);
  [[nodiscard]] bool is_time_over() const;

  TalkPlan plan_;
  Descriptor poll_;
  std::vector<Talker> talkers_;
  Instant began_{};
  std::size_t begun_ = 0;
  std::size_t listening_ = 0;
  std::size_t talking_ = 0;
  bool is_ended_ = false;
  std::string piece_;
  TalkFigures figures_;
};

}  // namespace aiva::load
