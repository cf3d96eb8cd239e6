#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aiva::documents {

// Writes small PDFs for tests: text at given places, strokes, links and pictures.
class TinyPdf {
 public:
  // Helvetica, Helvetica-Bold, Courier; Hebrew letters in place of a…z; a font that does not say
  // what its glyphs mean.
  enum class Font { regular = 1, bold = 2, fixed = 3, hebrew = 4, unmapped = 5 };

  // Starts a page of 595 x 842 points; `rotate` as in the page's /Rotate.
  TinyPdf& page(int rotate = 0) {
    pages_.push_back({.rotate = rotate});
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
  // A stroke from one point to another.
  TinyPdf& stroke(double x, double y, double to_x, double to_y) {
    char line[120];
    std::snprintf(line, sizeof line, "0.5 w %g %g m %g %g l S\n", x, 842 - y, to_x, 842 - to_y);
    pages_.back().content += line;
    return *this;
  }
  // Strokes around every cell of a table whose columns and rows have these borders.
  TinyPdf& grid(const std::vector<double>& columns, const std::vector<double>& rows) {
    for (double x : columns) stroke(x, rows.front(), x, rows.back());
    for (double y : rows) stroke(columns.front(), y, columns.back(), y);
    return *this;
  }
  // A rectangle that leads to `target`.
  TinyPdf& link(double x, double y, double width, double height, const std::string& target) {
    char head[120];
    std::snprintf(head, sizeof head, "<</Type/Annot/Subtype/Link/Border[0 0 0]/Rect[%g %g %g %g]",
                  x, 842 - y - height, x + width, 842 - y);
    pages_.back().annotations += head + ("/A<</S/URI/URI(" + target + ")>>>>");
    return *this;
  }
  // A picture of one grey, `pixels` to a side.
  TinyPdf& picture(double x, double y, double width, double height, int pixels, char grey = 'G') {
    auto side = std::to_string(pixels);
    std::string bytes(static_cast<std::size_t>(pixels) * static_cast<std::size_t>(pixels), grey);
    return place_picture(x, y, width, height,
                         "<</Type/XObject/Subtype/Image/Width " + side + "/Height " + side +
                             "/ColorSpace/DeviceGray/BitsPerComponent 8",
                         bytes);
  }
  // A picture given as a JPEG file.
  TinyPdf& jpeg(double x, double y, double width, double height, int pixels,
                std::string_view bytes) {
    auto side = std::to_string(pixels);
    return place_picture(x, y, width, height,
                         "<</Type/XObject/Subtype/Image/Width " + side + "/Height " + side +
                             "/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode",
                         bytes);
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
    for (const auto& picture : pictures_) objects.push_back(picture);
    return write(objects);
  }

 private:
  struct Page {
    std::string content{};
    std::string annotations{};
    std::vector<std::size_t> pictures{};
    int rotate = 0;
  };
  static constexpr std::size_t frame_size = 9;

  TinyPdf& place_picture(double x, double y, double width, double height, const std::string& head,
                         std::string_view bytes) {
    char place[160];
    std::snprintf(place, sizeof place, "q %g 0 0 %g %g %g cm /I%zu Do Q\n", width, height, x,
                  842 - y - height, pictures_.size());
    pages_.back().content += place;
    pages_.back().pictures.push_back(pictures_.size());
    pictures_.push_back(head + "/Length " + std::to_string(bytes.size()) + ">>stream\n" +
                        std::string(bytes) + "\nendstream");
    return *this;
  }

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
        hebrew_font(),
        "<</Type/Font/Subtype/Type0/BaseFont/Odd/Encoding/Identity-H/DescendantFonts["
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/Odd/DW 500/CIDSystemInfo"
        "<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>]>>",
    };
  }

  static std::string hebrew_font() {
    std::string letters;
    for (int i = 0; i < 26; ++i) {
      char name[16];
      std::snprintf(name, sizeof name, "/uni%04X", 0x5D0 + i);
      letters += name;
    }
    return "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Type/Encoding"
           "/BaseEncoding/WinAnsiEncoding/Differences[97" +
           letters + "]>>>>";
  }

  void add_page(std::vector<std::string>& objects, const Page& page) const {
    auto content = std::to_string(objects.size() + 2);
    std::string pictures;
    for (auto index : page.pictures)
      pictures += "/I" + std::to_string(index) + " " +
                  std::to_string(frame_size + 2 * pages_.size() + outline_.size() + index + 1) +
                  " 0 R";
    objects.push_back(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Rotate " + std::to_string(page.rotate) +
        "/Resources<</Font<</F1 3 0 R/F2 4 0 R/F3 5 0 R/F4 8 0 R/F5 9 0 R>>/XObject<<" + pictures +
        ">>>>/Annots[" + page.annotations + "]/Contents " + content + " 0 R>>");
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
  std::vector<std::string> pictures_;
  std::string title_;
  std::vector<std::pair<std::string, int>> outline_;
  bool is_protected_ = false;
  bool is_circular_ = false;
};

}  // namespace aiva::documents
