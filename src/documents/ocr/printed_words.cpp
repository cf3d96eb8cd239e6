#include "documents/ocr/printed_words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr float word_confidence_min = 20;  // what is read with less is dirt more often than text
constexpr float same_size = 0.16F;         // sizes that differ by less are measured apart only
constexpr float above_baseline = 0.78F;    // of the size
constexpr float below_baseline = 0.22F;
constexpr float points_per_inch = 72;

bool is_legible(const PrintedWord& word) {
  return word.confidence >= word_confidence_min && word.right > word.left &&
         word.bottom > word.top && !word.text.empty();
}

bool is_right_to_left(std::u32string_view text) {
  return std::ranges::any_of(text, [](char32_t c) {
    return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) ||
           (c >= 0xFE70 && c <= 0xFEFE);
  });
}

std::u32string decode(std::string_view text) {
  std::u32string codes;
  for (std::size_t at = 0; at < text.size();)
    if (char32_t c = next_code_point(text, at); c > 0x20) codes += c;
  return codes;
}

// How wide a letter usually is beside the others: a word's width is shared out so. Were all alike,
// every line would look like one of a listing.
float usual_width(char32_t c) {
  constexpr std::u32string_view narrow = U"iljtfrI1.,:;'|!()[]";
  constexpr std::u32string_view wide = U"mwMW@%";
  if (narrow.contains(c)) return 0.5F;
  if (wide.contains(c)) return 1.5F;
  return c >= 'A' && c <= 'Z' ? 1.25F : 1;
}

// Where the middle of the line's base is; the line is laid level there.
float level_of(const PrintedWord& word) {
  const auto& base = word.baseline;
  if (base.right <= base.left) return static_cast<float>(word.bottom);
  return static_cast<float>(base.left_y + base.right_y) / 2;
}

}  // namespace

float PrintedWords::confidence() const {
  float sum = 0;
  std::size_t characters = 0;
  for (const auto& word : words_) {
    sum += word.confidence * static_cast<float>(word.text.size());
    characters += word.text.size();
  }
  return characters == 0 ? 0 : sum / static_cast<float>(characters);
}

int PrintedWords::main_turn() const {
  std::array<std::size_t, 4> characters{};
  for (const auto& word : words_)
    characters[static_cast<std::size_t>(word.turns) % 4] += word.text.size();
  return static_cast<int>(std::ranges::max_element(characters) - characters.begin());
}

// The size of each word's letters in points of the page, the same for all that look alike.
std::vector<float> PrintedWords::find_sizes() const {
  float scale =
      image_.points_per_pixel * static_cast<float>(image_.dots_per_inch) / points_per_inch;
  std::vector<float> sizes;
  std::map<int, std::size_t> frequent;
  for (const auto& word : words_) {
    auto height = static_cast<float>(word.bottom - word.top) * image_.points_per_pixel;
    sizes.push_back(word.size > 0 ? static_cast<float>(word.size) * scale : height);
    frequent[static_cast<int>(std::lround(sizes.back() * 2))] += word.text.size();
  }
  // The most frequent size takes in its neighbours, then the most frequent of what is left.
  std::vector<float> chosen;
  while (!frequent.empty()) {
    auto most =
        std::ranges::max_element(frequent, {}, [](const auto& entry) { return entry.second; });
    auto size = static_cast<float>(most->first) / 2;
    chosen.push_back(size);
    std::erase_if(frequent, [&](const auto& entry) {
      return std::abs(static_cast<float>(entry.first) / 2 - size) <=
             std::max(size * same_size, 1.F);
    });
  }
  for (auto& size : sizes)
    size = *std::ranges::min_element(chosen, {}, [&](float c) { return std::abs(c - size); });
  return sizes;
}

PageGlyphs PrintedWords::finish() const {
  float scale = image_.points_per_pixel;
  PageGlyphs page;
  page.width = static_cast<float>(image_.width) * scale;
  page.height = static_cast<float>(image_.height) * scale;
  auto sizes = find_sizes();
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const auto& word = words_[i];
    auto codes = decode(word.text);
    if (!is_legible(word) || codes.empty()) continue;
    if (word.turns != 0) {
      if (!page.side_text.empty()) page.side_text += ' ';
      page.side_text += word.text;
      continue;
    }
    float size = std::max(sizes[i], 1.F);
    if (page.styles.empty() || page.styles.back().size != size)
      page.styles.push_back({.size = size});
    float base = level_of(word) * scale;
    bool is_reversed = is_right_to_left(codes);
    float width_sum = 0;
    for (char32_t c : codes) width_sum += usual_width(c);
    float unit = static_cast<float>(word.right - word.left) * scale / width_sum;
    float at = static_cast<float>(is_reversed ? word.right : word.left) * scale;
    bool has_space_before = !word.is_first_of_line;
    for (char32_t c : codes) {
      float next = at + (is_reversed ? -unit : unit) * usual_width(c);
      page.glyphs.push_back({.code = c,
                             .box = {.left = std::min(at, next),
                                     .top = base - above_baseline * size,
                                     .right = std::max(at, next),
                                     .bottom = base + below_baseline * size},
                             .style = static_cast<std::uint32_t>(page.styles.size() - 1),
                             .has_space_before = std::exchange(has_space_before, false)});
      at = next;
    }
  }
  return page;
}

}  // namespace aiva::documents
