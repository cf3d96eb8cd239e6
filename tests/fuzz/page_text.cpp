#include "page_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "documents/testing/tiny_pdf.h"
#include "foundation/text/take_until.h"

namespace aiva::fuzz {
namespace {

using documents::TinyPdf;

constexpr int lines_max = 2000;
constexpr int pages_max = 20;
constexpr int cells_max = 40;
constexpr int pixels_max = 200;
constexpr double number_max = 1e9;
constexpr double pitch = 1.2;  // of the size of a font

// Takes words and numbers off the front of a line.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  std::string_view word() { return take_until(rest_, ' '); }
  double number() {
    auto text = word();
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return std::isfinite(value) ? std::clamp(value, -number_max, number_max) : 0;
  }
  int count(int most) { return static_cast<int>(std::clamp<double>(number(), 0, most)); }
  [[nodiscard]] std::string rest() const { return std::string(rest_); }

 private:
  std::string_view rest_;
};

class Drawing {
 public:
  void add(std::string_view line) {
    Words words(line);
    auto kind = words.word();
    if (kind == "title") {
      pdf_.title(literal(words.rest()));
    } else if (kind == "outline") {
      outline_.emplace_back(words.count(pages_max), literal(words.rest()));
    } else if (kind == "page") {
      if (pages_++ < pages_max) pdf_.page(static_cast<int>(words.number()));
    } else {
      if (pages_ == 0) add("page");
      add_to_page(kind, words);
    }
  }

  std::string finish() {
    if (pages_ == 0) add("page");
    for (auto& [page, words] : outline_)
      pdf_.outline(std::move(words), std::clamp(page, 1, std::min(pages_, pages_max)));
    return pdf_.bytes();
  }

 private:
  // Words in the brackets of PDF's strings.
  static std::string literal(std::string words) {
    std::erase_if(words, [](char c) { return c == '(' || c == ')' || c == '\\'; });
    return words;
  }

  void add_to_page(std::string_view kind, Words& words) {
    constexpr std::array<std::pair<std::string_view, TinyPdf::Font>, 5> fonts = {
        {{"regular", TinyPdf::Font::regular},
         {"bold", TinyPdf::Font::bold},
         {"fixed", TinyPdf::Font::fixed},
         {"hebrew", TinyPdf::Font::hebrew},
         {"unmapped", TinyPdf::Font::unmapped}}};
    const auto* font =
        std::ranges::find(fonts, kind, &std::pair<std::string_view, TinyPdf::Font>::first);
    if (font != fonts.end()) {
      font_ = font->second;
      x_ = words.number();
      y_ = words.number();
      size_ = words.number();
      pdf_.text(x_, y_, words.rest(), size_, font_);
    } else if (kind == "next") {
      y_ += pitch * size_;
      pdf_.text(x_, y_, words.rest(), size_, font_);
    } else {
      add_shape(kind, words);
    }
  }

  void add_shape(std::string_view kind, Words& words) {
    double x = words.number();
    double y = words.number();
    double third = words.number();
    if (kind == "up") {
      pdf_.text_upwards(x, y, words.rest(), third);
      return;
    }
    double fourth = words.number();
    if (kind == "stroke") {
      pdf_.stroke(x, y, third, fourth);
    } else if (kind == "link") {
      pdf_.link(x, y, third, fourth, literal(words.rest()));
    } else if (kind == "picture") {
      pdf_.picture(x, y, third, fourth, 1 + words.count(pixels_max));
    } else if (kind == "grid") {
      auto columns = borders(x, third, words.count(cells_max));
      pdf_.grid(columns, borders(y, fourth, words.count(cells_max)));
    }
  }

  static std::vector<double> borders(double from, double width, int cells) {
    std::vector<double> borders;
    for (int i = 0; i <= cells; ++i) borders.push_back(from + width * i / std::max(cells, 1));
    return borders;
  }

  TinyPdf pdf_;
  std::vector<std::pair<int, std::string>> outline_;
  int pages_ = 0;
  TinyPdf::Font font_ = TinyPdf::Font::regular;
  double x_ = 0;
  double y_ = 0;
  double size_ = 0;
};

}  // namespace

std::string draw_pdf(std::string_view text) {
  Drawing drawing;
  for (int lines = 0; !text.empty() && lines < lines_max; ++lines)
    drawing.add(take_until(text, '\n'));
  return drawing.finish();
}

}  // namespace aiva::fuzz
