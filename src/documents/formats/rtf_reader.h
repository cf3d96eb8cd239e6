#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "documents/block_output.h"
#include "documents/formats/rtf_text.h"
#include "documents/formats/rtf_words.h"
#include "foundation/result.h"

namespace aiva::documents {

// Follows the groups of an RTF file and puts its paragraphs, list items, headings, tables and
// footnotes out.
class RtfReader {
 public:
  // Groups deeper than this share the state of the last one.
  static constexpr std::size_t depth_max = 512;

  // Both are borrowed.
  RtfReader(std::string_view bytes, BlockOutput& out) : tokens_(bytes), out_(out) {}

  Result<void> read();
  // The title in the document's information.
  [[nodiscard]] const std::string& title() const { return title_; }

 private:
  enum class Destination { body, skipped, fonts, styles, info, title, marker, footnote, field };

  // What a group inherits and gives back.
  struct State {
    Destination destination = Destination::body;
    int code_page = rtf_code_page_default;
    int uc = 1;  // how many characters stand in for one \u
    int style = 0;
    int outline = -1;  // -1: none
    int list_level = 0;
    bool is_hidden = false;
    bool is_in_table = false;
  };
  struct Style {
    int level = 0;  // of a heading, or 0
  };
  // A paragraph being collected.
  struct Flow {
    std::string text;
    std::string marker;
    std::vector<std::string> links;
  };

  Result<void> read_word(RtfWord word, int parameter, bool has_parameter);
  bool read_character_word(RtfWord word);
  bool read_font_word(RtfWord word, int parameter);
  bool read_property_word(RtfWord word, int parameter, bool has_parameter);
  Result<void> read_structure_word(RtfWord word);
  Result<void> read_symbol(char symbol);
  void read_destination(RtfWord word);
  void read_unicode(int code);
  void open_group();
  void close_group();
  void leave(const State& closed);
  void end_style();

  [[nodiscard]] bool is_shown() const;
  void add_bytes(std::string_view bytes);
  void add_text(std::string_view text);
  void flush_bytes();
  std::string* current_text();
  Flow& flow() { return flows_.back(); }

  Result<void> end_paragraph();
  Result<void> add_paragraph(Flow paragraph);
  Result<void> add_footnotes();
  void end_cell();
  Result<void> end_row();
  Result<void> end_table();

  RtfTokens tokens_;
  BlockOutput& out_;
  State state_;
  std::vector<State> groups_;
  std::size_t groups_too_deep_ = 0;
  int document_page_ = rtf_code_page_default;
  int font_default_ = 0;
  int font_described_ = 0;
  std::unordered_map<int, int> font_pages_;
  std::unordered_map<int, Style> styles_;
  std::string style_name_;
  bool is_optional_ = false;  // "\*" came just before
  int to_pass_ = 0;           // characters that stand in for a \u before them
  char32_t high_surrogate_ = 0;
  std::string bytes_;  // not converted yet
  int bytes_page_ = rtf_code_page_default;
  std::string instruction_;
  std::string title_;
  std::vector<Flow> flows_ = std::vector<Flow>(1);
  std::vector<std::string> footnotes_;
  int footnote_number_ = 0;
  std::vector<std::string> cells_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::string> table_links_;
  std::size_t table_bytes_ = 0;
  std::size_t cells_read_ = 0;
  bool has_header_mark_ = false;
};

}  // namespace aiva::documents
