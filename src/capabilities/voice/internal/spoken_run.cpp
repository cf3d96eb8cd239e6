#include "capabilities/voice/internal/spoken_run.h"

#include <algorithm>

#include "capabilities/voice/spoken_words.h"

namespace aiva::voice {
namespace {

void append_sentence(std::string& text, std::string_view more) {
  if (!text.empty() && !more.empty()) text += ' ';
  text += more;
}

}  // namespace

SpokenRun::Item& SpokenRun::item(std::string_view id) {
  auto found = std::ranges::find(items_, id, &Item::id);
  if (found != items_.end()) return *found;
  return items_.emplace_back(Item{.id = std::string(id)});
}

void SpokenRun::add_words(std::string_view id, std::string_view words) { item(id).text += words; }

void SpokenRun::add_audio(std::string_view id, std::size_t bytes) { item(id).bytes += bytes; }

bool SpokenRun::has_audio() const {
  return std::ranges::any_of(items_, [](const Item& item) { return item.bytes > 0; });
}

std::string SpokenRun::text() const {
  std::string text;
  for (const auto& item : items_) append_sentence(text, item.text);
  return text;
}

SpokenRun::Cut SpokenRun::cut_at(std::int64_t heard_ms) const {
  Cut cut;
  for (const auto& item : items_) {
    auto length = static_cast<std::int64_t>(item.bytes / bytes_per_ms_);
    if (length == 0 || heard_ms <= 0) continue;
    cut.item = item.id;
    cut.heard_ms = std::min(heard_ms, length);
    auto share = static_cast<double>(cut.heard_ms) / static_cast<double>(length);
    append_sentence(cut.text, leading_words(item.text, share));
    heard_ms -= cut.heard_ms;
  }
  return cut;
}

}  // namespace aiva::voice
