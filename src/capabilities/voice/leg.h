#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiva::voice {

// How samples are written: linear 16-bit little-endian, or G.711's mu-law or A-law.
enum class Coding : std::uint8_t { pcm16, pcmu, pcma };

struct AudioFormat {
  Coding coding = Coding::pcm16;
  int rate = 8'000;  // samples a second; G.711 has 8000

  [[nodiscard]] constexpr std::size_t bytes_per_ms() const {
    return static_cast<std::size_t>(rate) / 1000 * (coding == Coding::pcm16 ? 2 : 1);
  }
  bool operator==(const AudioFormat&) const = default;
};

// Calls are heard and spoken in frames of so many milliseconds.
inline constexpr int frame_ms = 20;

// Why a call ends.
enum class CallEnd : std::uint8_t {
  caller_hung_up,
  agent_hung_up,  // the conversation was over
  transferred,
  idle,           // nobody spoke for too long
  media_silence,  // no audio arrived for too long
  time_limit,     // of one call
  no_credits,
  shutdown,
  failed,
  busy,  // whoever was called, like the reasons that follow
  no_answer,
  rejected,
  unreachable,
};

std::string_view name_of(CallEnd end);

// What happens in a call, told to its leg.
struct CallEvent {
  enum class Kind : std::uint8_t {
    speech_started,  // the caller's
    speech_stopped,  // nothing more of it is waited for
    speech_dropped,  // it held no words
    user_words,      // what the caller said, or typed
    answer_began,
    words,         // the text whose audio follows
    answer_ended,  // nothing more of it comes; it may have been cut off, or have failed
  } kind;
  std::string text{};
  std::int64_t at_ms = 0;  // since the call began
  bool is_cut_off = false;
};

// How the caller's audio came over a network, for the E-model.
struct LegQuality {
  double delay_ms = 0;     // from mouth to ear as far as it is known, but for what jitter costs
  double jitter_ms = 0;    // as RFC 3550 counts it
  double loss = 0;         // 0…1, of the packets
  double burst_ratio = 1;  // 1: losses are independent of each other
};

// The caller's side of a call, implemented by a face. Used on the call's home only; the call ends
// before its leg goes.
class Leg {
 public:
  virtual ~Leg() = default;
  // What audio comes as and is wanted as; it does not change.
  [[nodiscard]] virtual AudioFormat format() const = 0;
  // True when the far end hears silence by itself: no frames are sent while nobody speaks.
  [[nodiscard]] virtual bool keeps_itself_alive() const = 0;
  // False when audio comes only while somebody speaks: its absence says nothing.
  [[nodiscard]] virtual bool is_always_heard() const { return true; }
  // How far ahead of time frames may come: the far end plays them at its own pace. 0: not at all.
  [[nodiscard]] virtual int ahead_ms() const { return 0; }
  // How long the call may last, where that is less than others may.
  [[nodiscard]] virtual std::optional<std::chrono::seconds> duration_max() const { return {}; }
  virtual void note(const CallEvent&) {}
  // Of the call so far; asked when it ends. Nothing where the call
  // can only judge by the frames it sees.
  [[nodiscard]] virtual std::optional<LegQuality> quality() const { return std::nullopt; }
  // Plays one frame now. Frames come at the pace of time. False: the leg is gone.
  virtual bool play(std::string_view frame) = 0;
  // Forgets what the far end has not played yet; answers how many milliseconds, if it knows.
  virtual std::int64_t flush() = 0;
  // Ends the caller's side; the leg then says nothing more. A transfer says where to.
  virtual void hang_up(CallEnd end, std::string_view transfer_target) = 0;
};

}  // namespace aiva::voice
