#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "capabilities/commerce/internal/shelf_view.h"
#include "capabilities/commerce/internal/text_lists.h"

namespace aiva::commerce {

// A product that a picture found.
struct PictureFind {
  ProductId product{};
  ImageId image{};
  double cosine = 0;
};

// A product that was compared with what is looked for.
struct Candidate {
  ProductId id{};
  Pick pick{};
  double score = 0;
  std::optional<double> cosine{};
  std::optional<double> bm25{};
  std::optional<double> picture_cosine{};
  ImageId image{};       // that the picture found
  bool is_near = false;  // not merely nearer than the rest
};

// What makes a candidate near.
struct Nearness {
  double cosine = 0.43;              // of a text, as images has it for words
  double words_share = 0.66;         // of the words that count, where the index told which it found
  std::vector<std::string> terms{};  // those words
};

// Joins what was found into one order: products of which a word is a SKU, barcode or handle first,
// the others by reciprocal rank; a score of 1 is that of the first of every list. What is on no
// shelf of `views` any more is left out.
std::vector<Candidate> rank(std::span<const ShelfView> views, std::span<const Pick> by_code,
                            const TextLists& texts, std::span<const PictureFind> pictures,
                            const Nearness& nearness);

// The products of which the text, or a word of it, is a SKU, barcode or handle.
std::vector<Pick> find_codes(std::span<const ShelfView> views, std::string_view text);

}  // namespace aiva::commerce
