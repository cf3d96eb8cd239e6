#include "documents/formats/rtf_reader.h"

#include <algorithm>
#include <utility>

#include "documents/clean_text.h"
#include "documents/formats/table_blocks.h"
#include "documents/formats/text_lines.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t short_text_bytes_max = 4096;  // of titles, markers, instructions
constexpr std::size_t table_bytes_max = 1024 * 1024;
constexpr std::size_t table_block_bytes = 48 * 1024;
constexpr std::size_t footnotes_nested_max = 4;
constexpr std::size_t links_max = 1000;
constexpr int outline_levels = 6;

// "heading 2" in a style's name says the level in every language of Word.
int level_of_style_name(std::string_view name) {
  auto lower = to_lower_ascii(trim(name));
  if (lower == "title;" || lower == "title") return 1;
  constexpr std::string_view heading = "heading ";
  if (!lower.starts_with(heading) || lower.size() < heading.size() + 1) return 0;
  char digit = lower[heading.size()];
  return digit >= '1' && digit <= '6' ? digit - '0' : 0;
}

}  // namespace

Result<void> RtfReader::read() {
  for (;;) {
    auto token = tokens_.next();
    bool was_optional = std::exchange(is_optional_, false);
    switch (token) {
      case RtfToken::open: open_group(); break;
      case RtfToken::close: close_group(); break;
      case RtfToken::text: add_bytes(tokens_.text()); break;
      case RtfToken::byte: {
        char byte = tokens_.character();
        add_bytes(std::string_view(&byte, 1));
        break;
      }
      case RtfToken::symbol: TRY_VOID(read_symbol(tokens_.character())); break;
      case RtfToken::word: {
        auto word = find_rtf_word(tokens_.name());
        if (was_optional && word == RtfWord::unknown) word = RtfWord::skipped;
        TRY_VOID(read_word(word, tokens_.parameter().value_or(0), tokens_.parameter().has_value()));
        break;
      }
      case RtfToken::end:
        while (!groups_.empty()) close_group();
        TRY_VOID(end_paragraph());
        TRY_VOID(end_table());
        return add_footnotes();
    }
  }
}

void RtfReader::open_group() {
  flush_bytes();
  to_pass_ = 0;
  if (groups_.size() < depth_max)
    groups_.push_back(state_);
  else
    ++groups_too_deep_;
}

void RtfReader::close_group() {
  flush_bytes();
  to_pass_ = 0;
  if (groups_too_deep_ > 0) {
    --groups_too_deep_;
    return;
  }
  if (groups_.empty()) return;
  auto closed = std::exchange(state_, groups_.back());
  groups_.pop_back();
  leave(closed);
}

// Finishes what a group was for.
void RtfReader::leave(const State& closed) {
  if (closed.destination == Destination::styles) {
    auto inner = std::exchange(state_, closed);
    end_style();
    state_ = inner;
  }
  if (closed.destination == state_.destination) return;
  if (closed.destination == Destination::field) {
    auto target = hyperlink_target(std::exchange(instruction_, {}));
    if (is_link_target(target) && flow().links.size() < links_max)
      flow().links.push_back(std::move(target));
  }
  if (closed.destination == Destination::footnote && flows_.size() > 1) {
    auto note = std::move(flow());
    flows_.pop_back();
    footnotes_.push_back(std::move(note.text));
    std::ranges::move(note.links, std::back_inserter(flow().links));
    flow().links.resize(std::min(flow().links.size(), links_max));
  }
}

void RtfReader::end_style() {
  auto name = std::exchange(style_name_, {});
  if (name.empty()) return;
  int level = state_.outline >= 0 && state_.outline < outline_levels ? state_.outline + 1 : 0;
  if (level == 0) level = level_of_style_name(name);
  if (level > 0) styles_[state_.style] = {.level = level};
}

bool RtfReader::is_shown() const {
  return !state_.is_hidden && state_.destination != Destination::skipped &&
         state_.destination != Destination::fonts && state_.destination != Destination::info;
}

// Where text goes now; null where it is not wanted.
std::string* RtfReader::current_text() {
  auto unless_long = [](std::string& text) {
    return text.size() < short_text_bytes_max ? &text : nullptr;
  };
  switch (state_.destination) {
    case Destination::body:
    case Destination::footnote: return &flow().text;
    case Destination::title: return unless_long(title_);
    case Destination::styles: return unless_long(style_name_);
    case Destination::marker: return unless_long(flow().marker);
    case Destination::field: return unless_long(instruction_);
    case Destination::skipped:
    case Destination::fonts:
    case Destination::info: return nullptr;
  }
  return nullptr;
}

void RtfReader::add_bytes(std::string_view bytes) {
  auto passed = std::min(static_cast<std::size_t>(to_pass_), bytes.size());
  to_pass_ -= static_cast<int>(passed);
  bytes.remove_prefix(passed);
  if (bytes.empty() || !is_shown()) return;
  if (bytes_page_ != state_.code_page) flush_bytes();
  bytes_page_ = state_.code_page;
  bytes_ += bytes;
}

void RtfReader::flush_bytes() {
  if (bytes_.empty()) return;
  if (auto* text = current_text(); text != nullptr && is_shown())
    append_code_page(bytes_, bytes_page_, *text);
  bytes_.clear();
}

void RtfReader::add_text(std::string_view text) {
  if (to_pass_ > 0) {
    --to_pass_;
    return;
  }
  flush_bytes();
  if (auto* current = current_text(); current != nullptr && is_shown()) *current += text;
}

// Code units of UTF-16 as signed numbers.
void RtfReader::read_unicode(int code) {
  flush_bytes();
  to_pass_ = state_.uc;
  auto unit = static_cast<char32_t>(code < 0 ? code + 0x10000 : code);
  auto high = std::exchange(high_surrogate_, 0);
  if (unit >= 0xD800 && unit < 0xDC00) {
    high_surrogate_ = unit;
    return;
  }
  if (unit >= 0xDC00 && unit < 0xE000 && high != 0)
    unit = 0x10000 + ((high - 0xD800) << 10U) + (unit - 0xDC00);
  if (auto* text = current_text(); text != nullptr && is_shown() && unit != 0)
    append_utf8(*text, unit);
}

Result<void> RtfReader::read_symbol(char symbol) {
  switch (symbol) {
    case '*': is_optional_ = true; return {};
    case '~': add_text(" "); return {};
    case '_': add_text("-"); return {};
    case '\\': add_text("\\"); return {};
    case '{': add_text("{"); return {};
    case '}': add_text("}"); return {};
    case '\n':
    case '\r': flush_bytes(); return end_paragraph();
    default: return {};
  }
}

Result<void> RtfReader::read_word(RtfWord word, int parameter, bool has_parameter) {
  if (word == RtfWord::u && has_parameter) {
    read_unicode(parameter);
    return {};
  }
  if (word == RtfWord::bin) {
    tokens_.skip(static_cast<std::size_t>(std::max(parameter, 0)));
    return {};
  }
  if (word == RtfWord::unknown) return {};
  flush_bytes();
  if (read_character_word(word) || read_font_word(word, parameter) ||
      read_property_word(word, parameter, has_parameter))
    return {};
  return read_structure_word(word);
}

bool RtfReader::read_character_word(RtfWord word) {
  switch (word) {
    case RtfWord::line: add_text("\n"); return true;
    case RtfWord::tab: add_text("\t"); return true;
    case RtfWord::emdash: add_text("—"); return true;
    case RtfWord::endash: add_text("–"); return true;
    case RtfWord::lquote: add_text("‘"); return true;
    case RtfWord::rquote: add_text("’"); return true;
    case RtfWord::ldblquote: add_text("“"); return true;
    case RtfWord::rdblquote: add_text("”"); return true;
    case RtfWord::bullet: add_text("•"); return true;
    case RtfWord::emspace:
    case RtfWord::enspace: add_text(" "); return true;
    case RtfWord::nestcell:
    case RtfWord::nestrow: add_text(" "); return true;
    case RtfWord::chftn: {
      // The note begins with the number its mark has.
      bool is_mark = state_.destination == Destination::body;
      if (is_mark) ++footnote_number_;
      add_text("[" + std::to_string(footnote_number_) + "]");
      return true;
    }
    default: return false;
  }
}

bool RtfReader::read_font_word(RtfWord word, int parameter) {
  bool is_described = state_.destination == Destination::fonts;
  auto page_of = [this](int font) {
    auto found = font_pages_.find(font);
    return found == font_pages_.end() || found->second == 0 ? document_page_ : found->second;
  };
  switch (word) {
    case RtfWord::ansi: document_page_ = rtf_code_page_default; break;
    case RtfWord::mac: document_page_ = code_page_of_fcharset(77); break;
    case RtfWord::pc: document_page_ = code_page_of_fcharset(254); break;
    case RtfWord::pca: document_page_ = code_page_of_fcharset(255); break;
    case RtfWord::ansicpg:
      if (parameter > 0) document_page_ = parameter;
      break;
    case RtfWord::deff: font_default_ = parameter; return true;
    case RtfWord::f:
      if (is_described)
        font_described_ = parameter;
      else
        state_.code_page = page_of(parameter);
      return true;
    case RtfWord::fcharset:
      if (is_described) font_pages_[font_described_] = code_page_of_fcharset(parameter);
      return true;
    case RtfWord::cpg:
      if (is_described && parameter > 0) font_pages_[font_described_] = parameter;
      return true;
    case RtfWord::plain:
      state_.code_page = page_of(font_default_);
      state_.is_hidden = false;
      return true;
    default: return false;
  }
  state_.code_page = document_page_;
  return true;
}

bool RtfReader::read_property_word(RtfWord word, int parameter, bool has_parameter) {
  switch (word) {
    case RtfWord::uc: state_.uc = std::clamp(parameter, 0, 16); return true;
    case RtfWord::v:
    case RtfWord::deleted: state_.is_hidden = !has_parameter || parameter != 0; return true;
    case RtfWord::s: state_.style = parameter; return true;
    case RtfWord::outlinelevel: state_.outline = parameter; return true;
    case RtfWord::ilvl: state_.list_level = std::clamp(parameter, 0, 8); return true;
    case RtfWord::intbl: state_.is_in_table = true; return true;
    case RtfWord::trhdr: has_header_mark_ |= rows_.empty(); return true;
    case RtfWord::pard:
      state_.style = 0;
      state_.outline = -1;
      state_.list_level = 0;
      state_.is_in_table = false;
      return true;
    default: return false;
  }
}

Result<void> RtfReader::read_structure_word(RtfWord word) {
  switch (word) {
    case RtfWord::par:
    case RtfWord::sect:
    case RtfWord::page: return end_paragraph();
    case RtfWord::cell: end_cell(); return {};
    case RtfWord::row: return end_row();
    default: read_destination(word); return {};
  }
}

// What is skipped stays so, but for texts that are shown within it.
void RtfReader::read_destination(RtfWord word) {
  bool is_skipped = state_.destination == Destination::skipped;
  switch (word) {
    case RtfWord::body:
    case RtfWord::result: state_.destination = Destination::body; return;
    case RtfWord::pict:
    case RtfWord::skipped: state_.destination = Destination::skipped; return;
    default:
      if (is_skipped) return;
  }
  switch (word) {
    case RtfWord::fonttbl: state_.destination = Destination::fonts; return;
    case RtfWord::stylesheet: state_.destination = Destination::styles; return;
    case RtfWord::info: state_.destination = Destination::info; return;
    case RtfWord::title:
      if (state_.destination == Destination::info) state_.destination = Destination::title;
      return;
    case RtfWord::marker:
      state_.destination = Destination::marker;
      flow().marker.clear();
      return;
    case RtfWord::fldinst: state_.destination = Destination::field; return;
    case RtfWord::footnote:
      if (state_.destination == Destination::footnote || flows_.size() > footnotes_nested_max)
        return;
      state_.destination = Destination::footnote;
      flows_.emplace_back();
      return;
    default: return;
  }
}

Result<void> RtfReader::end_paragraph() {
  if (state_.destination == Destination::footnote) {
    flow().text += '\n';
    return {};
  }
  if (state_.destination != Destination::body) return {};
  if (state_.is_in_table) {
    flow().text += '\n';
    return {};
  }
  TRY_VOID(end_table());
  TRY_VOID(add_paragraph(std::exchange(flow(), {})));
  return add_footnotes();
}

Result<void> RtfReader::add_paragraph(Flow paragraph) {
  Block block{.text = std::move(paragraph.text), .links = std::move(paragraph.links)};
  int level = 0;
  if (state_.outline >= 0 && state_.outline < outline_levels) level = state_.outline + 1;
  auto style = styles_.find(state_.style);
  if (level == 0 && style != styles_.end()) level = style->second.level;
  auto marker = clean_flowing_text(paragraph.marker);
  bool is_ordinal = !marker.empty() && marker.find_first_of("0123456789") != std::string::npos;
  if (auto found = list_marker(marker + " x"); found && !found->is_bullet) is_ordinal = true;
  if (is_ordinal) block.text = marker + " " + block.text;
  if (level > 0) {
    block.kind = BlockKind::heading;
    block.level = level;
  } else if (!marker.empty()) {
    block.kind = BlockKind::list_item;
    block.level = state_.list_level + 1;
  }
  return out_.add(std::move(block));
}

Result<void> RtfReader::add_footnotes() {
  for (auto& note : std::exchange(footnotes_, {}))
    TRY_VOID(out_.add(Block{.kind = BlockKind::footnote, .text = std::move(note)}));
  return {};
}

void RtfReader::end_cell() {
  if (state_.destination != Destination::body) return;
  auto cell = std::exchange(flow(), {});
  auto text = clean_flowing_text(cell.text);
  table_bytes_ += text.size() + 1;
  cells_.push_back(std::move(text));
  for (auto& link : cell.links)
    if (table_links_.size() < links_max) table_links_.push_back(std::move(link));
}

Result<void> RtfReader::end_row() {
  if (cells_.empty()) return {};
  cells_read_ += cells_.size();
  rows_.push_back(std::exchange(cells_, {}));
  if (cells_read_ > table_cells_max) {
    TRY_VOID(end_table());
    return fail(ErrorCode::too_large, "The document has more than " +
                                          std::to_string(table_cells_max) +
                                          " table cells; the rest of it was left out");
  }
  return table_bytes_ > table_bytes_max ? end_table() : Result<void>();
}

Result<void> RtfReader::end_table() {
  if (!cells_.empty()) rows_.push_back(std::exchange(cells_, {}));
  if (rows_.empty()) return {};
  TableBlocks table(out_, Block{}, table_block_bytes);
  bool is_header = rows_.size() > 1 && (has_header_mark_ || has_header_row(rows_));
  for (const auto& row : rows_) TRY_VOID(table.add_row(row, std::exchange(is_header, false)));
  for (const auto& link : table_links_) table.add_link(link);
  rows_.clear();
  table_links_.clear();
  table_bytes_ = 0;
  has_header_mark_ = false;
  TRY_VOID(table.finish());
  return add_footnotes();
}

}  // namespace aiva::documents
