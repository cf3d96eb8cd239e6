#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ports/stream_audio.h"

namespace aiva::deepgram {

// What was heard and is not final: to be heard again on another connection. It knows where in all
// of the audio it lies, and keeps no more than 30 s.
class UnfinishedAudio {
 public:
  explicit UnfinishedAudio(StreamAudio audio) : audio_(audio) {}

  void add(std::string_view audio) {
    kept_ += audio;
    end_ += static_cast<std::int64_t>(audio.size());
    auto bytes_max = static_cast<std::size_t>(audio_.bytes_in(ms_max));
    if (kept_.size() > 2 * bytes_max) kept_.erase(0, kept_.size() - bytes_max);
  }
  // What comes before is final.
  void finish(std::int64_t until_ms) {
    auto begin = end_ - static_cast<std::int64_t>(kept_.size());
    auto finished = audio_.bytes_in(until_ms) - begin;
    if (finished <= 0) return;
    kept_.erase(0, static_cast<std::size_t>(finished));
  }
  // At most 30 s, from begin_ms() on.
  [[nodiscard]] std::string_view rest() const {
    auto bytes_max = static_cast<std::size_t>(audio_.bytes_in(ms_max));
    std::string_view rest = kept_;
    return rest.size() > bytes_max ? rest.substr(rest.size() - bytes_max) : rest;
  }
  [[nodiscard]] std::int64_t begin_ms() const {
    return audio_.ms_in(end_ - static_cast<std::int64_t>(rest().size()));
  }
  [[nodiscard]] std::int64_t end_ms() const { return audio_.ms_in(end_); }

 private:
  static constexpr std::int64_t ms_max = 30'000;

  StreamAudio audio_;
  std::string kept_{};
  std::int64_t end_ = 0;  // bytes of all that was heard
};

}  // namespace aiva::deepgram
