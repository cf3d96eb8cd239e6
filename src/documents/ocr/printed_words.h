#pragma once

#include <string>
#include <vector>

#include "documents/ocr/page_image.h"
#include "documents/pdf/glyphs.h"

namespace aiva::documents {

// A word as Tesseract read it; places in pixels.
struct PrintedWord {
  std::string text{};
  float confidence = 0;  // 0…100
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
  int size = 0;   // of its line's letters, in points; 0 when unknown
  int turns = 0;  // clockwise quarter turns from upright
  bool is_first_of_line = false;
  struct Baseline {
    int left = 0;
    int left_y = 0;
    int right = 0;
    int right_y = 0;
  } baseline{};
};

// Collects the words of a page and makes glyphs of them as if a PDF had drawn them, so that
// columns, tables, lists and headings are found in the same way. Lines are laid level and their
// letters given sizes that do not waver from line to line.
class PrintedWords {
 public:
  explicit PrintedWords(const PageImage& image) : image_(image) {}

  void add(PrintedWord word) { words_.push_back(std::move(word)); }
  // The mean over the characters; 0 without any.
  [[nodiscard]] float confidence() const;
  // The turn most of the words stand in.
  [[nodiscard]] int main_turn() const;
  // The words that stand upright at their places, the others apart.
  [[nodiscard]] PageGlyphs finish() const;

 private:
  [[nodiscard]] std::vector<float> find_sizes() const;

  const PageImage& image_;
  std::vector<PrintedWord> words_;
};

}  // namespace aiva::documents
