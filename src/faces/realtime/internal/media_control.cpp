#include "faces/realtime/internal/media_control.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "foundation/json.h"
#include "foundation/text/utf8.h"

namespace aiva::realtime {
namespace {

using Kind = MediaEvent::Kind;

constexpr std::size_t event_bytes_max = 16 * 1024;
constexpr std::size_t value_bytes_max = 200;
constexpr std::size_t frame_bytes_max = 8 * 1024;

constexpr std::array kinds{
    std::pair{std::string_view("MEDIA_START"), Kind::start},
    std::pair{std::string_view("MEDIA_XOFF"), Kind::xoff},
    std::pair{std::string_view("MEDIA_XON"), Kind::xon},
    std::pair{std::string_view("DTMF_END"), Kind::digit},
    std::pair{std::string_view("STATUS"), Kind::status},
    std::pair{std::string_view("QUEUE_DRAINED"), Kind::drained},
    std::pair{std::string_view("ERROR"), Kind::error},
};

Kind kind_named(std::string_view name) {
  const auto* found = std::ranges::find(kinds, name, &std::pair<std::string_view, Kind>::first);
  return found == kinds.end() ? Kind::other : found->second;
}

bool is_digit(std::string_view text) {
  return text.size() == 1 && std::string_view("0123456789*#ABCD").contains(text.front());
}

std::int64_t number_in(std::string_view text) {
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

void set(MediaEvent& event, std::string_view name, std::string_view value) {
  auto number = std::max<std::int64_t>(0, number_in(value));
  value = utf8_prefix(value, value_bytes_max);
  if (name == "format") event.format = value;
  if (name == "optimal_frame_size")
    event.frame_bytes = std::min(static_cast<std::size_t>(number), frame_bytes_max);
  if (name == "connection_id") event.connection = value;
  if (name == "channel") event.channel = value;
  if (name == "channel_id") event.channel_id = value;
  if (name == "digit" && is_digit(value)) event.digit = value.front();
  if (name == "queue_length") event.queue_length = number;
  if (name == "error_text") event.text = value;
}

std::optional<MediaEvent> read_json(std::string_view text) {
  auto value = json::parse(text, {.bytes_max = event_bytes_max, .depth_max = 8});
  const auto* object = value ? value->if_object() : nullptr;
  const auto* name = object != nullptr ? object->if_contains("event") : nullptr;
  if (name == nullptr || !name->is_string()) return std::nullopt;
  MediaEvent event{.kind = kind_named(name->get_string()), .is_json = true};
  for (const auto& [key, field] : *object) {
    if (field.is_string()) set(event, key, field.get_string());
    if (field.is_number()) set(event, key, json::to_text(field));
  }
  return event;
}

// NAME key:value key:value …
std::optional<MediaEvent> read_plain(std::string_view text) {
  auto take_word = [&text] {
    auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    return word;
  };
  auto name = take_word();
  bool is_name = !name.empty() && std::ranges::all_of(name, [](char letter) {
    return (letter >= 'A' && letter <= 'Z') || letter == '_';
  });
  if (!is_name) return std::nullopt;
  MediaEvent event{.kind = kind_named(name)};
  while (!text.empty()) {
    auto word = take_word();
    auto colon = word.find(':');
    if (colon != std::string_view::npos) set(event, word.substr(0, colon), word.substr(colon + 1));
  }
  return event;
}

}  // namespace

std::optional<MediaEvent> read_media_event(std::string_view text) {
  if (text.size() > event_bytes_max) return std::nullopt;
  auto event = text.starts_with('{') ? read_json(text) : read_plain(text);
  if (event && event->kind == Kind::digit && event->digit == 0) return std::nullopt;
  return event;
}

std::string media_command(std::string_view name, bool is_json) {
  if (!is_json) return std::string(name);
  return R"({"command":")" + std::string(name) + R"("})";
}

std::optional<voice::AudioFormat> format_named(std::string_view name) {
  using voice::Coding;
  if (name == "ulaw") return voice::AudioFormat{.coding = Coding::pcmu, .rate = 8'000};
  if (name == "alaw") return voice::AudioFormat{.coding = Coding::pcma, .rate = 8'000};
  constexpr std::array linear{
      std::pair{std::string_view("slin"), 8'000},    std::pair{std::string_view("slin12"), 12'000},
      std::pair{std::string_view("slin16"), 16'000}, std::pair{std::string_view("slin24"), 24'000},
      std::pair{std::string_view("slin32"), 32'000}, std::pair{std::string_view("slin48"), 48'000}};
  const auto* found = std::ranges::find(linear, name, &std::pair<std::string_view, int>::first);
  if (found == linear.end()) return std::nullopt;
  return voice::AudioFormat{.coding = Coding::pcm16, .rate = found->second};
}

}  // namespace aiva::realtime
