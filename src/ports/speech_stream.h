#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/stream_audio.h"

namespace aiva {

struct SpeechStreamSettings {
  StreamAudio audio{};
  std::string
      language{};        // ISO 639 or BCP 47 of what is likely spoken; empty: the recognizer's own
  int silence_ms = 300;  // after which what was said is final, if the recognizer asks
};

struct SpeechStreamEvent {
  enum class Kind : std::uint8_t {
    words,         // what follows the last final words, so far: it may change
    final_words,   // what follows them and does not change any more
    flushed,       // all that was heard before flush() is in final words
    words_paused,  // no words came for a while
    // Only of recognizers that take turns; `text` is all of the turn.
    turn_started,
    turn_may_end,
    turn_resumed,  // it did not end
    turn_ended,
  } kind = Kind::words;
  std::string text{};
  double confidence = 0;      // 0…1, of the words, or that the turn is over
  std::int64_t until_ms = 0;  // of the audio that was heard, up to which this speaks
};

// One caller's audio, written down while it comes. Used by one caller at a time; what is sent is
// queued and returns at once. Destroying it ends it.
class SpeechStream {
 public:
  virtual ~SpeechStream() = default;
  // The next event. A connection that is lost is made again and hears once more what was not final;
  // fails with `unavailable` when that does not help, and as the context says. One call at a time.
  virtual Task<Result<SpeechStreamEvent>> next(CallContext context) = 0;
  // Any number of whole samples.
  virtual void hear(std::string_view audio) = 0;
  // Wants what was heard so far as final words, followed by `flushed`.
  virtual void flush() = 0;
  // Milliseconds of audio that were heard.
  [[nodiscard]] virtual std::int64_t heard_ms() const = 0;
  // Milliseconds of audio that the provider bills: what was heard again counts again.
  [[nodiscard]] virtual std::int64_t billed_ms() const = 0;
};

// Writes down what is said while it is said.
class StreamingRecognizer {
 public:
  virtual ~StreamingRecognizer() = default;
  // "deepgram", …, as usage reports name it.
  [[nodiscard]] virtual const std::string& provider() const = 0;
  [[nodiscard]] virtual const std::string& model() const = 0;
  // Whether its streams say when a turn begins and ends.
  [[nodiscard]] virtual bool takes_turns() const = 0;
  // Fails with `unavailable` (server down, overloaded, our key or credits refused), `invalid` (it
  // does not take the settings), and as the context says.
  virtual Task<Result<std::unique_ptr<SpeechStream>>> open(CallContext context,
                                                           SpeechStreamSettings settings) = 0;
};

}  // namespace aiva
