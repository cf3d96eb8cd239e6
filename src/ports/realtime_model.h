#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/chat_model.h"

namespace aiva {

// What audio goes as, both ways: G.711 at 8000 samples a second, or 16-bit at 24,000.
enum class RealtimeCoding : std::uint8_t { pcmu, pcma, pcm24k };

constexpr std::size_t bytes_per_ms(RealtimeCoding coding) {
  return coding == RealtimeCoding::pcm24k ? 48 : 8;
}

struct RealtimeSettings {
  std::string model{};  // empty: the adapter's default
  std::string instructions{};
  std::string voice{};     // empty: the provider's default
  std::string language{};  // ISO 639, of what is written down; empty: not known
  RealtimeCoding coding = RealtimeCoding::pcmu;
  std::vector<ToolDefinition> tools{};
  bool takes_turns = true;     // finds out by itself when the caller has finished, and answers
  double vad_threshold = 0.5;  // 0…1
  int silence_ms = 500;        // after which a turn has ended
};

// Tokens of one answer.
struct RealtimeUsage {
  std::int64_t text_in = 0;  // cached ones included, as of audio
  std::int64_t audio_in = 0;
  std::int64_t cached_text_in = 0;
  std::int64_t cached_audio_in = 0;
  std::int64_t text_out = 0;
  std::int64_t audio_out = 0;

  RealtimeUsage& operator+=(const RealtimeUsage& other) {
    text_in += other.text_in;
    audio_in += other.audio_in;
    cached_text_in += other.cached_text_in;
    cached_audio_in += other.cached_audio_in;
    text_out += other.text_out;
    audio_out += other.audio_out;
    return *this;
  }
  bool operator==(const RealtimeUsage&) const = default;
};

struct RealtimeEvent {
  enum class Kind : std::uint8_t {
    speech_started,  // the caller's; an answer that is being given is cancelled by the provider
    speech_stopped,
    user_words,      // of `item`, at any time after it; empty: nothing was understood
    answer_began,    // `answer`
    audio,           // of `item` in `answer`, in `bytes`
    words,           // of `item`, as they are spoken
    tool_call,       // within `answer`
    answer_ended,    // with `usage`; it may have been cancelled or have failed
    answer_refused,  // an answer was asked for while another was given: ask again behind that
    refused,         // something else was refused; the session goes on
    other,
  } kind = Kind::other;
  std::string answer{};
  std::string item{};
  std::string text{};
  std::string bytes{};
  ToolCall call{};
  RealtimeUsage usage{};
  bool is_cancelled = false;       // of answer_ended
  std::optional<Error> failure{};  // of answer_ended, refused
};

// A conversation with a model that hears and speaks. Used by one caller at a time; what is sent is
// queued and returns at once, false when the connection is gone or takes no more. Destroying it
// ends it.
class RealtimeSession {
 public:
  virtual ~RealtimeSession() = default;
  // The next event, nothing when the provider has ended the session, by its limit of time, too.
  // Fails with `unavailable` when the connection broke or the session cannot go on.
  virtual Task<Result<std::optional<RealtimeEvent>>> next(CallContext context) = 0;

  virtual bool hear(std::string_view audio) = 0;
  // Without turns of its own: the caller has finished; or what was heard is forgotten.
  virtual bool commit() = 0;
  virtual bool clear() = 0;
  virtual bool take_turns(bool by_itself) = 0;
  // What was said before, or is typed now; of the user or the assistant, or of the system.
  virtual bool add_words(ChatRole role, std::string_view text) = 0;
  virtual bool add_result(std::string_view call_id, std::string_view result) = 0;
  // Asks for an answer, by these instructions if there are any.
  virtual bool answer(std::string_view instructions) = 0;
  // Asks for exactly these words; a model that cannot be given them is asked by the instructions.
  virtual bool say(std::string_view /*words*/, std::string_view instructions) {
    return answer(instructions);
  }
  virtual bool cancel(std::string_view answer) = 0;
  // Only so much of an item was heard: 1 ms to what came of it.
  virtual bool truncate(std::string_view item, std::int64_t heard_ms) = 0;
  // Until when the provider keeps the session, if it says so.
  [[nodiscard]] virtual std::optional<std::chrono::steady_clock::time_point> ends_at() const = 0;
};

// A provider's model that hears and speaks.
class RealtimeModel {
 public:
  virtual ~RealtimeModel() = default;
  // "openai", …, as usage reports name it.
  [[nodiscard]] virtual const std::string& provider() const = 0;
  [[nodiscard]] virtual const std::string& model() const = 0;
  // Opens a session with its settings taken. Fails with `unavailable` (server down, overloaded, our
  // key or quota refused), `invalid` (it does not take the settings), and as the context says.
  virtual Task<Result<std::unique_ptr<RealtimeSession>>> open(CallContext context,
                                                              RealtimeSettings settings) = 0;
};

}  // namespace aiva
