#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace aiva::load {

// Which frame of whose audio this is, written into its first samples as mu-law bytes that survive
// being made linear and back.
struct FrameMark {
  std::uint32_t caller = 0;  // 18 bits each
  std::uint32_t number = 0;
  bool operator==(const FrameMark&) const = default;
};

inline constexpr std::size_t mark_bytes = 8;
inline constexpr std::size_t frame_samples = 160;  // 20 ms

// A frame of mu-law that begins with the mark, and the same as 16-bit samples.
std::string marked_frame(FrameMark mark);
std::string linear(std::string_view mu_law);
// Of the first bytes of a frame; nothing when there is none.
std::optional<FrameMark> read_mark(std::string_view mu_law);
std::optional<FrameMark> read_linear_mark(std::string_view samples);

// When what went over the wire; callers and the emulator write and read it on their own threads.
class Crossings {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Crossings(std::size_t callers) : callers_(std::make_unique<Caller[]>(callers)) {}

  void frame_left(FrameMark mark) { frame(mark) = now(); }
  void answer_left(std::uint32_t caller) { callers_[caller].answer = now(); }
  [[nodiscard]] Clock::time_point left_at(FrameMark mark) { return at(frame(mark)); }
  [[nodiscard]] Clock::time_point answer_left_at(std::uint32_t caller) const {
    return at(callers_[caller].answer);
  }

 private:
  static constexpr std::size_t remembered = 256;
  struct Caller {
    std::array<std::atomic<std::int64_t>, remembered> frames{};
    std::atomic<std::int64_t> answer{0};  // whose first words are not heard yet
  };
  static std::int64_t now() { return Clock::now().time_since_epoch().count(); }
  static Clock::time_point at(std::int64_t count) {
    return Clock::time_point(Clock::duration(count));
  }
  std::atomic<std::int64_t>& frame(FrameMark mark) {
    return callers_[mark.caller].frames[mark.number % remembered];
  }

  std::unique_ptr<Caller[]> callers_;
};

}  // namespace aiva::load
