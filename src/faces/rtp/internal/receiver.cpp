#include "faces/rtp/internal/receiver.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

#include "audio/g711.h"

namespace aiva::rtp {
namespace {

using Played = audio::JitterBuffer::Played;

audio::G711Law law_of(voice::Coding coding) {
  return coding == voice::Coding::pcma ? audio::G711Law::a : audio::G711Law::mu;
}

void decode_linear(std::span<const std::uint8_t> bytes, std::vector<std::int16_t>& samples) {
  samples.resize(bytes.size() / 2);
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = static_cast<std::int16_t>(bytes[2 * i] << 8U | bytes[2 * i + 1]);
}

}  // namespace

std::optional<voice::AudioFormat> format_of(std::uint8_t payload_type) {
  using voice::Coding;
  if (payload_type == payload::pcmu) return voice::AudioFormat{.coding = Coding::pcmu};
  if (payload_type == payload::pcma) return voice::AudioFormat{.coding = Coding::pcma};
  if (payload_type == payload::linear_8k) return voice::AudioFormat{.coding = Coding::pcm16};
  if (payload_type == payload::linear_16k)
    return voice::AudioFormat{.coding = Coding::pcm16, .rate = 16'000};
  return std::nullopt;
}

std::optional<std::uint8_t> payload_type_of(const voice::AudioFormat& format) {
  for (auto type : {payload::pcmu, payload::pcma, payload::linear_8k, payload::linear_16k})
    if (format_of(type) == format) return type;
  return std::nullopt;
}

Receiver::Receiver(voice::AudioFormat format, bool detects_tones)
    : format_(format), buffer_({.rate = format.rate}) {
  if (detects_tones && format.rate == audio::DtmfDetector::rate) tones_.emplace();
}

bool Receiver::put(const audio::RtpPacket& packet, std::chrono::microseconds arrival) {
  if (source_ != packet.source) {
    source_ = packet.source;
    keys_.forget();
    runs_.restart();
  }
  runs_.note(packet.sequence);
  bool is_key = packet.payload_type == payload::telephone_event;
  if (!is_key && packet.payload_type != payload::comfort_noise) return put_audio(packet, arrival);
  buffer_.pass(packet.sequence);
  if (!is_key) return true;
  has_key_packets_ = true;
  if (auto event = audio::parse_telephone_event(packet.payload))
    for (char key : keys_.take(packet.timestamp, *event)) add_key(key);
  return true;
}

bool Receiver::put_audio(const audio::RtpPacket& packet, std::chrono::microseconds arrival) {
  // G.711's two laws may follow one another; a stream of another rate is another call's.
  auto format = format_of(packet.payload_type);
  if (!format || format->rate != format_.rate || packet.payload.empty()) return false;
  if (format->coding == voice::Coding::pcm16) {
    if (packet.payload.size() % 2 != 0) return false;
    decode_linear(packet.payload, samples_);
  } else {
    samples_.resize(packet.payload.size());
    audio::decode_g711(law_of(format->coding), packet.payload, samples_);
  }
  buffer_.put({.sequence = packet.sequence,
               .timestamp = packet.timestamp,
               .source = packet.source,
               .samples = samples_},
              arrival);
  return true;
}

Receiver::Frame Receiver::next_frame() {
  samples_.resize(static_cast<std::size_t>(format_.rate) / 1000 * voice::frame_ms);
  auto played = buffer_.take(samples_);
  count_frame(played);
  listen_for_tones();
  if (auto key = keys_.pass_frame()) add_key(*key);
  if (format_.coding == voice::Coding::pcm16) {
    frame_.resize(samples_.size() * 2);
    std::memcpy(frame_.data(), samples_.data(), frame_.size());
  } else {
    frame_.resize(samples_.size());
    audio::encode_g711(law_of(format_.coding), samples_,
                       {reinterpret_cast<std::uint8_t*>(frame_.data()), frame_.size()});
  }
  return {.audio = frame_, .played = played};
}

void Receiver::count_frame(Played played) {
  has_heard_ |= played == Played::all;
  // Before its first packet the buffer waits.
  if (played == Played::nothing || !has_heard_) return;
  ++frames_;
  waited_ms_ += buffer_.delay_ms();
  if (played == Played::made_up) ++frames_made_up_;
}

void Receiver::listen_for_tones() {
  if (!tones_ || has_key_packets_) return;
  for (char key : tones_->hear(samples_)) add_key(key);
}

void Receiver::add_key(char key) {
  if (pressed_.size() < keys_max) pressed_ += key;
}

std::string Receiver::take_keys() { return std::exchange(pressed_, {}); }

std::optional<voice::LegQuality> Receiver::quality() const {
  const auto& counts = buffer_.counts();
  if (counts.received == 0) return std::nullopt;
  voice::LegQuality quality{.jitter_ms = buffer_.jitter_ms(), .burst_ratio = runs_.burst_ratio()};
  auto unheard = static_cast<double>(counts.lost + counts.late);
  quality.loss = std::min(1.0, unheard / static_cast<double>(counts.received + counts.lost));
  // A packet is as long as a frame; what the buffer waits beyond twice the jitter is delay, too.
  quality.delay_ms = voice::frame_ms;
  if (frames_ == 0) return quality;
  auto waited = waited_ms_ / static_cast<double>(frames_);
  quality.delay_ms += std::max(0.0, waited - 2 * quality.jitter_ms);
  return quality;
}

}  // namespace aiva::rtp
