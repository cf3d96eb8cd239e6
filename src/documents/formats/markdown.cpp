#include <md4c.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "documents/charset.h"
#include "documents/clean_text.h"
#include "documents/formats/format.h"
#include "documents/formats/html_tree.h"
#include "documents/formats/table_grid.h"
#include "documents/formats/text_lines.h"

namespace aiva::documents {
namespace {

// What stands between two lines of dashes at the very start (YAML front matter).
struct FrontMatter {
  std::string title;
  std::size_t bytes = 0;
};

FrontMatter read_front_matter(std::string_view text) {
  if (!text.starts_with("---\n") && !text.starts_with("---\r\n")) return {};
  FrontMatter matter;
  LineReader lines(text);
  lines.next();
  for (int count = 0; lines.has_more() && count < 100; ++count) {
    auto line = lines.next();
    if (line == "---" || line == "...") {
      matter.bytes = static_cast<std::size_t>(line.data() + line.size() - text.data());
      return matter;
    }
    if (!line.starts_with("title:")) continue;
    auto title = trim(line.substr(6));
    bool is_quoted =
        title.size() >= 2 && (title[0] == '"' || title[0] == '\'') && title.back() == title[0];
    matter.title = clean_flowing_text(is_quoted ? title.substr(1, title.size() - 2) : title);
  }
  return {};
}

// Receives md4c's calls and adds a block at the end of each Markdown block.
class Receiver {
 public:
  explicit Receiver(BlockOutput& out) : out_(out) {}

  Result<void> run(std::string_view text) {
    MD_PARSER parser{};
    parser.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS;
    parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
      return static_cast<Receiver*>(self)->guard(&Receiver::enter_block, type, detail);
    };
    parser.leave_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
      return static_cast<Receiver*>(self)->guard(&Receiver::leave_block, type, detail);
    };
    parser.enter_span = [](MD_SPANTYPE, void*, void*) { return 0; };
    parser.leave_span = [](MD_SPANTYPE, void*, void*) { return 0; };
    parser.text = [](MD_TEXTTYPE type, const MD_CHAR* piece, MD_SIZE size, void* self) {
      return static_cast<Receiver*>(self)->text(type, {piece, size});
    };
    int ended = md_parse(text.data(), static_cast<MD_SIZE>(text.size()), &parser, this);
    if (failure_) return fail(std::move(*failure_));
    if (ended != 0) return fail(ErrorCode::invalid, "The Markdown document cannot be read");
    return {};
  }

 private:
  struct List {
    int number = 0;  // of the next item; 0 in a list without numbers
  };

  // md4c is C: a failure is kept here and the parser stopped with a number.
  int guard(Result<void> (Receiver::*step)(MD_BLOCKTYPE, const void*), MD_BLOCKTYPE type,
            const void* detail) {
    auto done = (this->*step)(type, detail);
    if (done) return 0;
    failure_ = std::move(done).error();
    return 1;
  }

  Result<void> enter_block(MD_BLOCKTYPE type, const void* detail) {
    switch (type) {
      case MD_BLOCK_UL:
        TRY_VOID(end_block());
        lists_.push_back({});
        return {};
      case MD_BLOCK_OL:
        TRY_VOID(end_block());
        lists_.push_back({static_cast<int>(
            std::min(static_cast<const MD_BLOCK_OL_DETAIL*>(detail)->start, 1000000U))});
        return {};
      case MD_BLOCK_LI:
        TRY_VOID(end_block());
        start_item();
        return {};
      case MD_BLOCK_QUOTE:
        TRY_VOID(end_block());
        ++quote_depth_;
        return {};
      case MD_BLOCK_H:
        TRY_VOID(end_block());
        heading_level_ = static_cast<int>(static_cast<const MD_BLOCK_H_DETAIL*>(detail)->level);
        return {};
      case MD_BLOCK_HTML:
        TRY_VOID(end_block());
        is_html_block_ = true;
        return {};
      case MD_BLOCK_TABLE: is_in_table_ = true; return end_block();
      case MD_BLOCK_CODE:
      case MD_BLOCK_P: return end_block();
      case MD_BLOCK_THEAD: is_table_head_ = true; return {};
      case MD_BLOCK_TR: table_.begin_row(is_table_head_); return {};
      case MD_BLOCK_TH:
      case MD_BLOCK_TD:
      case MD_BLOCK_DOC:
      case MD_BLOCK_HR:
      case MD_BLOCK_TBODY: return {};
    }
    return {};
  }

  Result<void> leave_block(MD_BLOCKTYPE type, const void*) {
    switch (type) {
      case MD_BLOCK_UL:
      case MD_BLOCK_OL:
        TRY_VOID(end_block());
        lists_.pop_back();
        return {};
      case MD_BLOCK_LI:
        TRY_VOID(end_block());
        is_item_start_ = false;
        return {};
      case MD_BLOCK_QUOTE:
        TRY_VOID(end_block());
        --quote_depth_;
        return {};
      case MD_BLOCK_H: return add(BlockKind::heading, std::exchange(heading_level_, 0));
      case MD_BLOCK_CODE: return add(BlockKind::code, 0);
      case MD_BLOCK_HTML:
        is_html_block_ = false;
        text_ = strip_tags(text_);
        return end_block();
      case MD_BLOCK_TABLE:
        is_in_table_ = false;
        return write_table(out_, std::exchange(table_, {}).finish(Block{.text = {}}, false));
      case MD_BLOCK_THEAD: is_table_head_ = false; return {};
      case MD_BLOCK_TH:
      case MD_BLOCK_TD:
        table_.add_cell(clean_flowing_text(unwrap_lines(std::exchange(text_, {}))));
        return {};
      case MD_BLOCK_P: return end_block();
      case MD_BLOCK_DOC: return end_block();
      case MD_BLOCK_HR:
      case MD_BLOCK_TR:
      case MD_BLOCK_TBODY: return {};
    }
    return {};
  }

  void start_item() {
    is_item_start_ = true;
    auto& list = lists_.back();
    item_prefix_ = list.number > 0 ? std::to_string(list.number++) + ". " : std::string();
  }

  int text(MD_TEXTTYPE type, std::string_view piece) {
    switch (type) {
      case MD_TEXT_CODE: add_code(piece); break;
      case MD_TEXT_NORMAL:
      case MD_TEXT_LATEXMATH: text_ += piece; break;
      case MD_TEXT_NULLCHAR: break;
      case MD_TEXT_BR: text_ += '\n'; break;
      case MD_TEXT_SOFTBR: text_ += ' '; break;
      case MD_TEXT_ENTITY: text_ += decode_entities(piece); break;
      // Tags inside a paragraph go; an HTML block is stripped at its end.
      case MD_TEXT_HTML:
        if (is_html_block_) text_ += piece;
        break;
    }
    return 0;
  }

  // A bar in code within a table is escaped, and the parser leaves the mark there (GFM, 4.10).
  void add_code(std::string_view piece) {
    for (std::size_t i = 0; i < piece.size(); ++i) {
      bool is_mark =
          is_in_table_ && piece[i] == '\\' && i + 1 < piece.size() && piece[i + 1] == '|';
      if (!is_mark) text_ += piece[i];
    }
  }

  // Ends the running text as a paragraph, list item or quotation, wherever it stands.
  Result<void> end_block() {
    if (is_blank(text_)) {
      text_.clear();
      return {};
    }
    if (!lists_.empty()) {
      if (std::exchange(is_item_start_, false)) text_.insert(0, item_prefix_);
      return add(BlockKind::list_item, static_cast<int>(lists_.size()));
    }
    return add(quote_depth_ > 0 ? BlockKind::quote : BlockKind::paragraph, 0);
  }

  Result<void> add(BlockKind kind, int level) {
    return out_.add(Block{.kind = kind, .level = level, .text = std::exchange(text_, {})});
  }

  BlockOutput& out_;
  std::optional<Error> failure_;
  std::string text_;
  std::vector<List> lists_;
  std::string item_prefix_;
  bool is_item_start_ = false;
  TableGrid table_;
  bool is_in_table_ = false;
  bool is_table_head_ = false;
  bool is_html_block_ = false;
  int heading_level_ = 0;
  int quote_depth_ = 0;
};

class MarkdownFormat final : public Format {
 public:
  [[nodiscard]] FileFormat format() const override { return FileFormat::markdown; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    TRY(auto text, decode_text(bytes));
    auto matter = read_front_matter(text);
    TRY_VOID(Receiver(out).run(std::string_view(text).substr(matter.bytes)));
    TRY_VOID(out.end_page(1, 1));
    return DocumentSummary{.title = matter.title, .pages = 1, .pages_read = 1};
  }
};

}  // namespace

std::unique_ptr<Format> make_markdown_format() { return std::make_unique<MarkdownFormat>(); }

}  // namespace aiva::documents
