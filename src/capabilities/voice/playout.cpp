#include "capabilities/voice/playout.h"

#include <algorithm>
#include <utility>

#include "capabilities/voice/spoken_words.h"

namespace aiva::voice {
namespace {

constexpr char silent_byte(Coding coding) {
  switch (coding) {
    case Coding::pcm16: return 0;
    case Coding::pcmu: return static_cast<char>(0xFF);
    case Coding::pcma: return static_cast<char>(0xD5);
  }
  return 0;
}

// How fast voices speak, where a sentence's audio is not whole yet and its length not known.
constexpr double bytes_of_text_per_ms = 0.015;

// Smaller pieces of audio are put together.
constexpr std::size_t piece_bytes_max = 2048;

void append_words(std::string& text, std::string_view more) {
  if (more.empty()) return;
  if (!text.empty()) text += ' ';
  text += more;
}

}  // namespace

Playout::Playout(AudioFormat format)
    : format_(format),
      frame_bytes_(format.bytes_per_ms() * frame_ms),
      silence_(frame_bytes_, silent_byte(format.coding)) {}

void Playout::begin_sentence(std::string text) {
  end_sentence();
  sentences_.push_back({.text = std::move(text)});
}

void Playout::add(std::string_view audio) {
  if (sentences_.empty() || sentences_.back().is_whole) begin_sentence({});
  if (audio.empty()) return;
  auto& sentence = sentences_.back();
  sentence.bytes += audio.size();
  if (!sentence.audio.empty() && sentence.audio.back().size() + audio.size() <= piece_bytes_max)
    sentence.audio.back() += audio;
  else
    sentence.audio.emplace_back(audio);
}

void Playout::end_sentence() {
  if (!sentences_.empty()) sentences_.back().is_whole = true;
}

std::string_view Playout::next_frame() {
  if (is_paused_) return {};
  frame_.clear();
  while (frame_.size() < frame_bytes_ && !sentences_.empty()) {
    auto& sentence = sentences_.front();
    auto missing = frame_bytes_ - frame_.size();
    auto left = sentence.bytes - sentence.played;
    if (left < missing && !sentence.is_whole) {
      // A frame is not begun before it can be filled: a gap within it would be heard.
      if (sentence.played > 0) ++underruns_;
      break;
    }
    take(sentence, std::min(left, missing));
    if (sentence.is_whole && sentence.played == sentence.bytes) {
      append_words(heard_, sentence.text);
      sentences_.pop_front();
    }
  }
  if (frame_.empty()) return {};
  frame_.resize(frame_bytes_, silence_.front());
  played_ms_ += frame_ms;
  return frame_;
}

void Playout::take(Sentence& sentence, std::size_t bytes) {
  sentence.played += bytes;
  while (bytes > 0) {
    const auto& piece = sentence.audio.front();
    auto taken = std::min(bytes, piece.size() - sentence.at);
    frame_.append(piece, sentence.at, taken);
    bytes -= taken;
    sentence.at += taken;
    if (sentence.at < piece.size()) continue;
    sentence.audio.pop_front();
    sentence.at = 0;
  }
}

bool Playout::has_frame() const {
  if (is_paused_ || sentences_.empty()) return false;
  const auto& first = sentences_.front();
  return first.is_whole || first.bytes - first.played >= frame_bytes_;
}

Heard Playout::clear(std::int64_t unplayed_ms) {
  Heard heard{.text = std::move(heard_), .ms = std::max<std::int64_t>(0, played_ms_ - unplayed_ms)};
  if (!sentences_.empty()) {
    const auto& sentence = sentences_.front();
    auto per_ms = static_cast<double>(format_.bytes_per_ms());
    auto whole = sentence.is_whole
                     ? static_cast<double>(sentence.bytes)
                     : static_cast<double>(sentence.text.size()) / bytes_of_text_per_ms * per_ms;
    auto played = static_cast<double>(sentence.played) - static_cast<double>(unplayed_ms) * per_ms;
    if (whole > 0 && played > 0)
      append_words(heard.text, leading_words(sentence.text, played / whole));
  }
  sentences_.clear();
  is_paused_ = false;
  begin_answer();
  return heard;
}

std::int64_t Playout::queued_ms() const {
  std::size_t bytes = 0;
  for (const auto& sentence : sentences_) bytes += sentence.bytes - sentence.played;
  return static_cast<std::int64_t>(bytes / format_.bytes_per_ms());
}

void Playout::begin_answer() {
  heard_.clear();
  played_ms_ = 0;
}

}  // namespace aiva::voice
