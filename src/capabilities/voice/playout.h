#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "capabilities/voice/leg.h"

namespace aiva::voice {

// What was heard of an answer that was cut off.
struct Heard {
  std::string text{};
  std::int64_t ms = 0;  // of its audio
};

// The agent's audio between those who make it, in bursts, and the leg, which takes one frame in
// time. It knows which words were played.
class Playout {
 public:
  explicit Playout(AudioFormat format);

  // A sentence begins; its audio, in the leg's format, follows by add() until end_sentence().
  void begin_sentence(std::string text);
  void add(std::string_view audio);
  void end_sentence();

  // The next frame, filled up with silence at the end of a sentence. Empty when there is nothing to
  // play: paused, drained, or, within a sentence, late (which counts as an underrun).
  [[nodiscard]] std::string_view next_frame();
  // True when next_frame() would give one, and not for being late.
  [[nodiscard]] bool has_frame() const;
  // One frame of silence.
  [[nodiscard]] std::string_view silence() const { return silence_; }

  void pause() { is_paused_ = true; }
  void resume() { is_paused_ = false; }
  // Forgets everything, and what the far end says it had not played, `unplayed_ms`, was not heard.
  Heard clear(std::int64_t unplayed_ms);

  [[nodiscard]] bool is_drained() const { return sentences_.empty(); }
  [[nodiscard]] std::int64_t queued_ms() const;
  // Since the last clear() or start of an answer.
  [[nodiscard]] std::int64_t played_ms() const { return played_ms_; }
  [[nodiscard]] std::int64_t underruns() const { return underruns_; }
  // Begins to count anew what is heard; what is queued stays.
  void begin_answer();

 private:
  struct Sentence {
    std::string text;
    std::deque<std::string> audio{};  // as it came; a piece goes once it is played
    std::size_t at = 0;               // bytes of the first piece that are played
    std::size_t bytes = 0;            // of all of it
    std::size_t played = 0;
    bool is_whole = false;
  };
  void take(Sentence& sentence, std::size_t bytes);

  AudioFormat format_;
  std::size_t frame_bytes_;
  std::string silence_;
  std::string frame_{};
  std::deque<Sentence> sentences_{};
  std::string heard_{};  // of sentences played to their end
  bool is_paused_ = false;
  std::int64_t played_ms_ = 0;
  std::int64_t underruns_ = 0;
};

}  // namespace aiva::voice
