#include "documents/pdf/figures_on_page.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "documents/clean_text.h"

namespace aiva::documents {
namespace {

constexpr int side_pixels_min = 64;
constexpr float page_share_min = 0.02F;
constexpr float background_share = 0.6F;  // of the page
constexpr int background_glyphs_min = 20;
constexpr float caption_distance_max = 50;  // points between a picture and its caption
constexpr std::size_t caption_bytes_max = 600;

// How captions begin in the languages most often met; ASCII letters in lower case.
constexpr std::array<std::string_view, 17> caption_words = {
    "figure",  "fig.",    "fig ",    "abbildung", "abb.",   "bild", "figura", "afbeelding", "figur",
    "obrázek", "rysunek", "Рисунок", "Рис.",      "imagen", "图",   "圖",     "図"};

bool is_caption(const Block& block) {
  if (block.kind != BlockKind::paragraph && block.kind != BlockKind::heading) return false;
  if (block.text.size() > caption_bytes_max) return false;
  auto start = to_lower_ascii(std::string_view(block.text).substr(0, 24));
  auto word = std::ranges::find_if(caption_words, [&](auto one) { return start.starts_with(one); });
  if (word == caption_words.end()) return false;
  auto number = start.substr(word->size()).find_first_of("0123456789");
  return number <= 3;
}

float share_of_page(const Box& box, const PageLayout& page) {
  float area = (box.right - box.left) * (box.bottom - box.top);
  return area / std::max(page.width * page.height, 1.0F);
}

bool is_background(const Box& box, const PageLayout& page) {
  if (share_of_page(box, page) < background_share) return false;
  int glyphs = 0;
  for (const auto& region : page.regions)
    for (const auto& line : region.lines) glyphs += line.glyph_count;
  return glyphs >= background_glyphs_min;
}

// How far below the figure the block begins, or a negative number where it does not stand there.
float distance_below(const Box& figure, const Box& block) {
  bool is_in_line = block.left < figure.right && figure.left < block.right;
  float distance = block.top - figure.bottom;
  if (!is_in_line || distance < -4 || distance > caption_distance_max) return -1;
  return std::max(distance, 0.0F);
}

}  // namespace

std::vector<PlacedImage> find_figures(const PageLayout& page) {
  std::vector<PlacedImage> figures;
  for (const auto& image : page.images) {
    bool is_large = image.pixel_width >= side_pixels_min && image.pixel_height >= side_pixels_min &&
                    share_of_page(image.box, page) >= page_share_min;
    if (is_large && !is_background(image.box, page)) figures.push_back(image);
  }
  return figures;
}

void name_figures(std::vector<Block>& blocks, const PageLayout& page) {
  if (page.images.empty()) return;
  for (const auto& figure : find_figures(page)) {
    auto box = to_shown(page, figure.box);
    Block* caption = nullptr;
    float nearest = caption_distance_max + 1;
    for (auto& block : blocks) {
      if (!block.box || !is_caption(block)) continue;
      float distance = distance_below(box, *block.box);
      if (distance < 0 || distance >= nearest) continue;
      nearest = distance;
      caption = &block;
    }
    if (caption == nullptr) continue;
    caption->kind = BlockKind::image;
    caption->level = 0;
    caption->box = box;
  }
}

}  // namespace aiva::documents
