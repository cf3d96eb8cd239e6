#include "faces/rtp/internal/key_reader.h"

namespace aiva::rtp {
namespace {

constexpr int quiet_frames_max = 10;

bool is_newer(std::uint32_t timestamp, std::uint32_t than) {
  return static_cast<std::int32_t>(timestamp - than) > 0;
}

}  // namespace

void KeyReader::finish(std::string& keys) {
  keys += pressed_->digit;
  last_ = pressed_->timestamp;
  pressed_.reset();
}

std::string KeyReader::take(std::uint32_t timestamp, const audio::TelephoneEvent& event) {
  std::string keys;
  if (last_ && !is_newer(timestamp, *last_)) return keys;
  if (pressed_ && pressed_->timestamp != timestamp) {
    if (!is_newer(timestamp, pressed_->timestamp)) return keys;
    finish(keys);
  }
  if (!pressed_) pressed_ = Pressed{.timestamp = timestamp, .digit = event.digit};
  pressed_->quiet_frames = 0;
  if (event.is_end) finish(keys);
  return keys;
}

std::optional<char> KeyReader::pass_frame() {
  if (!pressed_ || ++pressed_->quiet_frames < quiet_frames_max) return std::nullopt;
  std::string keys;
  finish(keys);
  return keys.front();
}

void KeyReader::forget() {
  pressed_.reset();
  last_.reset();
}

}  // namespace aiva::rtp
