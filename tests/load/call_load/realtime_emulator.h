#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "load/call_load/marks.h"
#include "load/call_load/spans.h"
#include "load/chat_load/wire.h"

namespace aiva::load {

struct RealtimePace {
  std::chrono::milliseconds answer{3'000};  // of audio
  std::chrono::milliseconds between{20};   // deltas of 100 ms: five times as fast as they are heard
  std::chrono::milliseconds silence{700};  // after the answer was heard, until the caller speaks
  std::chrono::milliseconds utterance{300};
};

struct RealtimeFigures {
  std::int64_t appends = 0;
  std::int64_t frames = 0;    // in them
  std::int64_t unmarked = 0;  // that were no caller's
  std::int64_t answers = 0;
  std::int64_t cancelled = 0;
  Spans frame{};       // from a caller to the emulator, each
  Spans last_frame{};  // of an append
};

// OpenAI's Realtime dialect over TLS, as far as calls need it, on a thread of its own. It says that
// its caller spoke, whatever it hears, and answers in mu-law, over and over.
class RealtimeEmulator {
 public:
  // Writes its certificate into the folder.
  RealtimeEmulator(const std::filesystem::path& folder, Crossings& crossings, RealtimePace pace);
  ~RealtimeEmulator();
  RealtimeEmulator(const RealtimeEmulator&) = delete;
  RealtimeEmulator& operator=(const RealtimeEmulator&) = delete;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] const std::filesystem::path& certificate() const { return certificate_; }
  // Of its thread so far; a little behind while it sleeps.
  [[nodiscard]] double cpu_seconds() const { return cpu_seconds_; }
  [[nodiscard]] std::int64_t sessions() const { return sessions_; }
  // Since the last time.
  RealtimeFigures take_figures();

 private:
  enum class Step : std::uint8_t { listens, hears, answers };
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  struct Peer {
    Descriptor socket{};
    std::unique_ptr<SSL, FreeSsl> tls{};
    std::string input{};
    std::uint64_t number = 0;  // sockets are used again, numbers are not
    bool is_secure = false;
    bool is_open = false;  // upgraded
    bool is_gone = false;  // forgotten as soon as nobody uses it
    Step step = Step::listens;
    std::uint64_t plan = 0;  // of what is due; an older one is not
    std::uint32_t caller = ~std::uint32_t{0};
    std::int64_t turn = 0;
    int deltas_left = 0;
    Instant answer_began{};
  };
  struct Due {
    Instant at{};
    int socket = -1;
    std::uint64_t peer = 0;
    std::uint64_t plan = 0;
    bool operator>(const Due& other) const { return at > other.at; }
  };

  void run();
  void admit();
  void hear(Peer& peer);
  static bool take_input(Peer& peer);
  bool upgrade(Peer& peer);
  bool take_frame(Peer& peer);
  void take_message(Peer& peer, std::string_view text);
  void take_audio(Peer& peer, std::string_view base64);
  void plan(Peer& peer, std::chrono::nanoseconds in);
  void go_on(Peer& peer);
  void begin_speech(Peer& peer);
  void begin_answer(Peer& peer);
  void say_delta(Peer& peer);
  void end_answer(Peer& peer, std::string_view status);
  void say(Peer& peer, std::string_view text);
  static void write(Peer& peer, std::string_view bytes);
  void forget_if_gone(Peer& peer);
  void act_on_due();
  [[nodiscard]] int milliseconds_to_wait() const;

  Crossings& crossings_;
  RealtimePace pace_;
  std::filesystem::path certificate_;
  std::unique_ptr<SSL_CTX, FreeSsl> tls_;
  std::uint16_t port_ = 0;
  Descriptor listener_;
  Descriptor poll_;
  std::unordered_map<int, std::unique_ptr<Peer>> peers_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::uint64_t next_number_ = 0;
  std::string plain_delta_;  // base64
  std::string out_;
  std::mutex mutex_;
  RealtimeFigures figures_;  // under mutex_
  std::atomic<double> cpu_seconds_ = 0;
  std::atomic<std::int64_t> sessions_ = 0;  // that are open
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

}  // namespace aiva::load
