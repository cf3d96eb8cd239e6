#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/billing/types.h"
#include "capabilities/voice/internal/waiters.h"
#include "capabilities/voice/leg.h"
#include "capabilities/voice/turn_taking.h"
#include "foundation/call_context.h"
#include "ports/speech_stream.h"

namespace aiva::voice {

// What a caller says, as a provider writes it down while they speak. Lost, it is opened again after
// a while; whoever wants words asks somebody else meanwhile. Used on the call's home.
class HeardStream : public std::enable_shared_from_this<HeardStream> {
 public:
  // Who is told, until end().
  struct Listener {
    std::function<void(const SpeechStreamEvent&)> hear;
    std::function<void(billing::MicroUsd)> pay;  // before the margin
  };

  HeardStream(StreamingRecognizer& recognizer, CallContext context, AudioFormat format,
              std::string language, Listener listener);

  void begin();
  void hear(std::string_view audio);
  // At every beat of the call.
  void beat(CallMs now);
  void end();

  // Whether words and turns come.
  [[nodiscard]] bool is_open() const { return stream_ != nullptr; }
  [[nodiscard]] bool takes_turns() const {
    return is_open() && !is_torn_ && recognizer_.takes_turns();
  }
  [[nodiscard]] std::string model() const {
    return recognizer_.provider() + "/" + recognizer_.model();
  }

  // What was said before the last `ms` does not belong to what is said from now on.
  void begin_utterance(int ms);
  // Where the stream is now.
  [[nodiscard]] std::int64_t mark() const { return stream_ ? stream_->heard_ms() : 0; }
  // What was said up to there is taken; what is still to come of it is left out.
  void finish_utterance(std::int64_t mark);
  // All words of the utterance, as they look now.
  [[nodiscard]] std::string words() const;
  // The same, once they are final, when the caller has been silent for so long. Nothing when they
  // do not come: somebody else is to be asked.
  Task<std::optional<std::string>> final_words(CallMs silence_ms);

 private:
  struct Piece {
    std::string text;
    std::int64_t until_ms;  // of the stream's audio
  };

  Task<void> run();
  Task<void> listen();
  void lose();
  void take(SpeechStreamEvent event);
  bool take_words(const SpeechStreamEvent& event);
  bool take_turn(const SpeechStreamEvent& event);
  void pay();
  void wake();

  StreamingRecognizer& recognizer_;
  CallContext context_;
  SpeechStreamSettings settings_;
  Listener listener_;
  std::stop_source stop_{};
  std::shared_ptr<SpeechStream> stream_{};  // shared with who waits for its events
  Waiters waiting_{};
  CallMs now_ = 0;

  bool is_opening_ = false;
  bool is_first_ = true;  // no stream was lost: it has heard, or will hear, everything
  bool is_in_utterance_ = false;
  bool is_torn_ = false;  // the utterance: the stream has not heard all of it
  bool is_over_ = false;
  std::size_t failures_ = 0;  // in a row
  std::optional<CallMs> open_at_{};
  std::string unheard_{};  // while it is opened

  std::deque<Piece> pieces_{};         // final words
  std::string rest_{};                 // behind them
  std::int64_t final_ms_ = 0;          // of the stream's audio, is in pieces_
  std::int64_t taken_ms_ = 0;          // belongs to utterances that were taken
  std::string taken_turn_{};           // the words of a turn that was taken before it ended
  std::uint64_t flushed_ = 0;          // how often
  int awaited_ = 0;                    // by so many: nothing that was said is forgotten
  std::int64_t paid_ms_ = 0;           // of the stream's
  std::int64_t billed_before_ms_ = 0;  // by streams before
  CallMs pay_at_ = 0;
};

}  // namespace aiva::voice
