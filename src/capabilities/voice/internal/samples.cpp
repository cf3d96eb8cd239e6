#include "capabilities/voice/internal/samples.h"

#include <bit>
#include <cstring>

#include "audio/g711.h"

namespace aiva::voice {

static_assert(std::endian::native == std::endian::little, "pcm16 is copied as it lies in memory");

namespace {

audio::G711Law law_of(Coding coding) {
  return coding == Coding::pcma ? audio::G711Law::a : audio::G711Law::mu;
}

}  // namespace

void append_samples(AudioFormat format, std::string_view audio,
                    std::vector<std::int16_t>& samples) {
  if (audio.empty()) return;
  auto before = samples.size();
  if (format.coding == Coding::pcm16) {
    auto count = audio.size() / 2;
    samples.resize(before + count);
    if (count > 0) std::memcpy(samples.data() + before, audio.data(), count * 2);
    return;
  }
  samples.resize(before + audio.size());
  audio::decode_g711(law_of(format.coding),
                     {reinterpret_cast<const std::uint8_t*>(audio.data()), audio.size()},
                     std::span(samples).subspan(before));
}

std::string to_bytes(AudioFormat format, std::span<const std::int16_t> samples) {
  if (format.coding == Coding::pcm16) {
    std::string bytes(samples.size() * 2, '\0');
    if (!samples.empty()) std::memcpy(bytes.data(), samples.data(), bytes.size());
    return bytes;
  }
  std::string bytes(samples.size(), '\0');
  audio::encode_g711(law_of(format.coding), samples,
                     {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

}  // namespace aiva::voice
