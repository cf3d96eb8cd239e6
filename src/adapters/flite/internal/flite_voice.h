#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

struct cst_voice_struct;

namespace aiva {

// Samples of a sentence as they are made, at `rate`; false: no more of them are wanted.
using SpokenPiece = std::function<bool(std::span<const std::int16_t> samples, int rate)>;

// A sentence that flite has cut into words and can read aloud.
class FliteSentence {
 public:
  struct State;
  explicit FliteSentence(std::unique_ptr<State> state);
  FliteSentence(FliteSentence&&) noexcept;
  FliteSentence& operator=(FliteSentence&&) noexcept;
  ~FliteSentence();

  // Reads it aloud, once, `speed` times as fast as usual. Fails with `internal` when flite gives
  // up.
  Result<void> speak(double speed, const SpokenPiece& piece);

 private:
  friend class FliteVoice;
  std::unique_ptr<State> state_;
};

// One of flite's voices. Flite keeps what it says about errors in one place for the whole program:
// calls of all voices and sentences take turns.
class FliteVoice {
 public:
  static const std::vector<std::string>& names();
  // `name` must be one of names().
  explicit FliteVoice(std::string_view name);

  // Cuts a speakable text where a reader breathes. Fails with `internal` when flite gives up.
  [[nodiscard]] Result<std::vector<FliteSentence>> cut(const std::string& text) const;

 private:
  cst_voice_struct* voice_ = nullptr;
};

}  // namespace aiva
