#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aiva::documents {

// Writes small PDFs for tests: text at given places in Helvetica, Helvetica-Bold and Courier.
class TinyPdf {
 public:
  enum class Font { regular = 1, bold = 2, fixed = 3 };

  // Starts a page of 595 x 842 points; `rotate` as in the page's /Rotate.
  TinyPdf& page(int rotate = 0) {
    pages_.push_back({.content = {}, .rotate = rotate});
    return *this;
  }
  // Text whose baseline starts `x` from the left and `y` from the top.
  TinyPdf& text(double x, double y, std::string_view words, double size = 10,
                Font font = Font::regular) {
    return place("1 0 0 1", x, y, words, size, font);
  }
  // Text that runs upwards.
  TinyPdf& text_upwards(double x, double y, std::string_view words, double size = 10) {
    return place("0 1 -1 0", x, y, words, size, Font::regular);
  }
  TinyPdf& lines(double x, double y, const std::vector<std::string>& texts, double pitch = 12,
                 Font font = Font::regular) {
    for (const auto& line : texts) {
      text(x, y, line, 10, font);
      y += pitch;
    }
    return *this;
  }
  TinyPdf& title(std::string words) {
    title_ = std::move(words);
    return *this;
  }
  // An entry of the outline at the top level; pages count from 1.
  TinyPdf& outline(std::string words, int page_number) {
    outline_.emplace_back(std::move(words), page_number);
    return *this;
  }
  // Claims an encryption whose passwords nobody knows.
  TinyPdf& protect() {
    is_protected_ = true;
    return *this;
  }
  // Lets the page tree contain itself.
  TinyPdf& tie_page_tree_into_a_circle() {
    is_circular_ = true;
    return *this;
  }

  [[nodiscard]] std::string bytes() const {
    std::vector<std::string> objects = frame_objects();
    for (std::size_t i = 0; i < pages_.size(); ++i) add_page(objects, pages_[i]);
    add_outline(objects);
    return write(objects);
  }

 private:
  struct Page {
    std::string content;
    int rotate = 0;
  };
  static constexpr std::size_t frame_size = 7;

  TinyPdf& place(const char* turn, double x, double y, std::string_view words, double size,
                 Font font) {
    char head[160];
    std::snprintf(head, sizeof head, "BT /F%d %g Tf %s %g %g Tm (", static_cast<int>(font), size,
                  turn, x, 842 - y);
    auto& content = pages_.back().content;
    content += head;
    for (char c : words) {
      if (c == '(' || c == ')' || c == '\\') content += '\\';
      content += c;
    }
    content += ") Tj ET\n";
    return *this;
  }

  static int number_of_page(std::size_t index) {
    return static_cast<int>(frame_size + 1 + 2 * index);
  }

  [[nodiscard]] std::vector<std::string> frame_objects() const {
    std::string kids = is_circular_ ? "2 0 R " : "";
    for (std::size_t i = 0; i < pages_.size(); ++i)
      kids += std::to_string(number_of_page(i)) + " 0 R ";
    auto count = std::to_string(is_circular_ ? 100000 : pages_.size());
    auto font = [](const char* name) {
      return std::string("<</Type/Font/Subtype/Type1/Encoding/WinAnsiEncoding/BaseFont/") + name +
             ">>";
    };
    auto first_entry = std::to_string(frame_size + 1 + 2 * pages_.size());
    return {
        std::string("<</Type/Catalog/Pages 2 0 R") + (outline_.empty() ? "" : "/Outlines 7 0 R") +
            ">>",
        "<</Type/Pages/Count " + count + "/Kids[" + kids + "]>>",
        font("Helvetica"),
        font("Helvetica-Bold"),
        font("Courier"),
        "<</Title(" + title_ + ")>>",
        outline_.empty() ? "null"
                         : "<</Type/Outlines/First " + first_entry + " 0 R/Last " +
                               std::to_string(frame_size + 2 * pages_.size() + outline_.size()) +
                               " 0 R/Count " + std::to_string(outline_.size()) + ">>",
    };
  }

  static void add_page(std::vector<std::string>& objects, const Page& page) {
    auto content = std::to_string(objects.size() + 2);
    objects.push_back(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Rotate " + std::to_string(page.rotate) +
        "/Resources<</Font<</F1 3 0 R/F2 4 0 R/F3 5 0 R>>>>/Contents " + content + " 0 R>>");
    objects.push_back("<</Length " + std::to_string(page.content.size()) + ">>stream\n" +
                      page.content + "\nendstream");
  }

  void add_outline(std::vector<std::string>& objects) const {
    for (std::size_t i = 0; i < outline_.size(); ++i) {
      const auto& [words, page_number] = outline_[i];
      auto own = objects.size() + 1;
      std::string next = i + 1 < outline_.size() ? "/Next " + std::to_string(own + 1) + " 0 R" : "";
      objects.push_back("<</Title(" + words + ")/Parent 7 0 R" + next + "/Dest[" +
                        std::to_string(number_of_page(static_cast<std::size_t>(page_number - 1))) +
                        " 0 R/Fit]>>");
    }
  }

  [[nodiscard]] std::string write(const std::vector<std::string>& objects) const {
    std::string out = "%PDF-1.4\n";
    std::string table;
    for (std::size_t i = 0; i < objects.size(); ++i) {
      char row[32];
      std::snprintf(row, sizeof row, "%010zu 00000 n \n", out.size());
      table += row;
      out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
    }
    auto size = std::to_string(objects.size() + 1);
    auto start = std::to_string(out.size());
    std::string encryption;
    if (is_protected_)
      encryption = "/Encrypt<</Filter/Standard/V 1/R 2/P -4/O(" + std::string(32, 'o') + ")/U(" +
                   std::string(32, 'u') + ")>>/ID[(0123456789abcdef)(0123456789abcdef)]";
    out += "xref\n0 " + size + "\n0000000000 65535 f \n" + table;
    out += "trailer\n<</Size " + size + "/Root 1 0 R/Info 6 0 R" + encryption + ">>\nstartxref\n" +
           start + "\n%%EOF\n";
    return out;
  }

  std::vector<Page> pages_;
  std::string title_;
  std::vector<std::pair<std::string, int>> outline_;
  bool is_protected_ = false;
  bool is_circular_ = false;
};

}  // namespace aiva::documents
