#include "documents/chunker.h"

#include <algorithm>
#include <utility>

#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t heading_bytes_max = 200;
constexpr int heading_level_max = 6;
constexpr std::string_view path_separator = " > ";
constexpr std::string_view block_separator = "\n\n";
// A longer text is larger than `size_max` for certain, so it is only measured in parts.
constexpr std::size_t bytes_per_size_max = 8;
// Readers deliver longer tables in parts, which begin without header rows.
constexpr std::size_t table_part_bytes_min = 16UL * 1024;

std::string type_of(BlockKind kind) {
  if (kind == BlockKind::table) return "table";
  if (kind == BlockKind::code) return "code";
  return "text";
}

// Whether passages of these types may be one: a listing and the prose that explains it belong
// together, and are text.
bool may_mix(std::string_view a, std::string_view b) {
  return a == b || (a != "table" && b != "table");
}

std::string mix(const std::string& a, const std::string& b) {
  return a.empty() || a == b ? b : "text";
}

bool ends_in_colon(std::string_view text) {
  return text.ends_with(':') || text.ends_with("\xEF\xBC\x9A");
}

}  // namespace

int count_characters(std::string_view text) {
  auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return static_cast<int>(std::ranges::count_if(text, is_start));
}

Chunker::Chunker(ChunkerOptions options, std::function<Result<void>(Piece)> deliver)
    : options_(std::move(options)), deliver_(std::move(deliver)) {
  options_.size_target = std::max(1, options_.size_target);
  options_.size_max = std::max(options_.size_target, options_.size_max);
  options_.overlap = std::clamp(options_.overlap, 0, options_.size_target / 2);
  options_.size_small = std::clamp(options_.size_small, 0, options_.size_target / 4);
  limits_ = {.measure = options_.measure,
             .size_max = options_.size_target,
             .space_size = options_.measure(" ")};
  separator_size_ = options_.measure(block_separator);
}

Result<void> Chunker::add(const std::vector<Block>& blocks) {
  for (const auto& block : blocks) {
    if (block.text.empty()) continue;
    if (block.kind == BlockKind::heading)
      TRY_VOID(add_heading(block));
    else
      TRY_VOID(add_content(block));
  }
  return {};
}

Result<void> Chunker::finish() {
  if (is_heading_bare_) TRY_VOID(add_bare_heading());
  TRY_VOID(finish_draft(true));
  if (!held_) return {};
  return deliver_(std::move(std::exchange(held_, std::nullopt)->piece));
}

Result<void> Chunker::add_heading(const Block& block) {
  int level = std::clamp(block.level, 1, heading_level_max);
  bool ends_section = headings_.empty() || headings_.back().level >= level;
  // A heading without content would be lost unless its child's path carries it.
  if (is_heading_bare_ && ends_section) TRY_VOID(add_bare_heading());
  TRY_VOID(finish_draft(ends_section));
  while (!headings_.empty() && headings_.back().level >= level) headings_.pop_back();
  headings_.push_back({.level = level,
                       .text = std::string(utf8_prefix(block.text, heading_bytes_max)),
                       .page = block.page,
                       .box = block.box,
                       .section = ++sections_});
  update_paths();
  has_section_begun_ = false;
  may_table_go_on_ = false;
  is_heading_in_text_ = block.text.size() > heading_bytes_max;
  is_heading_bare_ = !is_heading_in_text_;
  if (is_heading_in_text_) return add_content(block);
  return {};
}

Result<void> Chunker::add_bare_heading() {
  const auto& heading = headings_.back();
  is_heading_in_text_ = true;
  Block block{.kind = BlockKind::heading,
              .level = heading.level,
              .page = heading.page,
              .text = heading.text,
              .box = heading.box};
  return add_content(block);
}

Result<void> Chunker::add_content(const Block& block) {
  std::vector<Unit> units;
  int size = 0;
  auto bytes_max = static_cast<std::size_t>(options_.size_max) * bytes_per_size_max;
  if (block.text.size() <= bytes_max) size = options_.measure(block.text);
  if (block.text.size() > bytes_max || size > options_.size_max) {
    auto limits = limits_;
    if (block.kind == BlockKind::table) {
      if (!goes_on(block)) header_ = header_of(block, limits_);
      limits.size_max -= repeated_header_size();
    }
    units = cut_into_units(block, limits);
    size = size_of(units);
  }
  if (block.kind == BlockKind::footnote && add_footnote(block, size)) return {};
  is_heading_bare_ = false;
  if (size <= options_.size_max) return add_whole(block, size);
  return add_split(block, units);
}

// Whether a table is the next part of a long one.
bool Chunker::goes_on(const Block& block) const {
  return block.kind == BlockKind::table && may_table_go_on_ && block.header_rows == 0;
}

// A footnote goes with the text of its page, wherever that text goes on.
bool Chunker::add_footnote(const Block& block, int size) {
  auto* draft = !draft_.piece.text.empty() ? &draft_ : held_ ? &*held_ : nullptr;
  if (draft == nullptr || draft->piece.type != "text" || draft->piece.page_last != block.page)
    return false;
  if (draft->piece.size + separator_size_ + size > options_.size_max) return false;
  append(*draft, block, block.text, size);
  return true;
}

Result<void> Chunker::add_whole(const Block& block, int size) {
  TRY_VOID(make_room(block, size));
  auto type = type_of(block.kind);
  if (draft_.piece.text.empty()) begin_draft();
  if (!draft_.piece.text.empty()) type = mix(draft_.piece.type, type);
  append(draft_, block, block.text, size);
  draft_.piece.type = type;
  may_table_go_on_ = block.kind == BlockKind::table && block.text.size() >= table_part_bytes_min;
  return {};
}

// Finishes the draft when the block does not fit into it.
Result<void> Chunker::make_room(const Block& block, int size) {
  if (draft_.piece.text.empty()) return {};
  bool may_share = may_mix(draft_.piece.type, type_of(block.kind));
  auto together = draft_.piece.size + separator_size_ + size;
  if (may_share && together <= options_.size_target) return {};
  if (leads_in(block)) return carry_lead_in(size);
  return finish_draft(false);
}

bool Chunker::leads_in(const Block& block) const {
  if (block.kind != BlockKind::list_item && block.kind != BlockKind::code) return false;
  return draft_.last_kind == BlockKind::paragraph && ends_in_colon(draft_.piece.text);
}

// Takes the last paragraph along into the next draft, where it and `size` more fit together.
Result<void> Chunker::carry_lead_in(int size) {
  auto& piece = draft_.piece;
  if (draft_.last_size + separator_size_ + size > options_.size_max || draft_.continues_block)
    return finish_draft(false);
  if (draft_.before_last == 0) return {};
  Block lead_in{.page = piece.spans.back().page,
                .text = piece.text.substr(piece.spans.back().begin),
                .box = piece.spans.back().box};
  auto lead_in_size = draft_.last_size;
  piece.text.resize(draft_.before_last);
  piece.spans.pop_back();
  piece.size -= lead_in_size + separator_size_;
  piece.page_last = piece.page_first;
  for (const auto& span : piece.spans) piece.page_last = std::max(piece.page_last, span.page);
  TRY_VOID(finish_draft(false));
  begin_draft();
  append(draft_, lead_in, lead_in.text, lead_in_size);
  draft_.piece.type.clear();  // it takes the type of what it announces
  return {};
}

// How a block is divided into slices.
struct Chunker::Split {
  const Block& block;
  const std::vector<Unit>& units;
  int overlap = 0;
  int left = 0;  // what the units not yet in a finished slice measure
};

Result<void> Chunker::add_split(const Block& block, const std::vector<Unit>& units) {
  bool is_table = block.kind == BlockKind::table;
  bool is_text = !is_table && block.kind != BlockKind::code;
  bool is_next_part = goes_on(block);
  may_table_go_on_ = is_table && block.text.size() >= table_part_bytes_min;
  if (!draft_.piece.text.empty()) {
    bool is_same_type = draft_.piece.type == type_of(block.kind);
    bool is_short = draft_.piece.size < options_.size_small &&
                    draft_.piece.size + separator_size_ + units.front().size <= options_.size_max;
    if (leads_in(block))
      TRY_VOID(carry_lead_in(units.front().size));
    else if (!is_same_type || !is_short || is_next_part)
      TRY_VOID(finish_draft(false));
  }
  Split split{.block = block,
              .units = units,
              .overlap = is_text ? options_.overlap : 0,
              .left = size_of(units)};
  if (is_next_part && draft_.piece.text.empty()) {
    begin_draft();
    draft_.continues_block = true;
  }
  return add_slices(split);
}

Result<void> Chunker::add_slices(Split& split) {
  const auto& units = split.units;
  bool is_table = split.block.kind == BlockKind::table;
  std::size_t first = 0;
  int size = 0;
  auto write_slice = [&](std::size_t end) {
    if (draft_.piece.text.empty() && !draft_.continues_block) begin_draft();
    if (is_table && draft_.continues_block && draft_.piece.text.empty() &&
        repeated_header_size() > 0) {
      draft_.piece.text = header_.text + "\n";
      draft_.piece.size = header_.size;
    }
    auto begin = units[first].begin;
    append(draft_, split.block,
           std::string_view(split.block.text).substr(begin, units[end - 1].end - begin), size);
    draft_.piece.type = type_of(split.block.kind);
  };
  auto taken = [&] {
    if (!draft_.piece.text.empty()) return draft_.piece.size + separator_size_;
    return is_table && draft_.continues_block ? repeated_header_size() : 0;
  };
  for (std::size_t i = 0; i < units.size(); ++i) {
    auto more = units[i].size + (i > first ? units[i - 1].size_after : 0);
    bool is_full = i > first && taken() + size + more > options_.size_target;
    // A rest that is too short to stand alone stays with what it follows.
    auto rest = more - units[i].size + split.left;
    bool is_rest_short = rest < options_.size_small && taken() + size + rest <= options_.size_max;
    if (is_full && !is_rest_short) {
      write_slice(i);
      TRY_VOID(finish_draft(false));
      begin_draft();
      draft_.continues_block = true;
      size = 0;
      auto previous = std::exchange(first, i);
      more = units[i].size;
      while (first > previous + 1) {
        const auto& before = units[first - 1];
        auto with = more + before.size + before.size_after;
        if (with - units[i].size > split.overlap || with > options_.size_max) break;
        more = with;
        --first;
      }
    }
    size += more;
    split.left -= units[i].size + units[i].size_after;
  }
  write_slice(units.size());
  return {};
}

int Chunker::repeated_header_size() const {
  return header_.size <= options_.size_target / 2 ? header_.size : 0;
}

void Chunker::begin_draft() {
  draft_ = {};
  draft_.piece.heading_path = path_;
  draft_.parent_path = parent_path_;
  if (!headings_.empty()) draft_.heading = headings_.back();
  if (headings_.empty()) draft_.heading.level = 0;
  if (headings_.size() > 1) draft_.parent = headings_[headings_.size() - 2].section;
  draft_.begins_section = !std::exchange(has_section_begun_, true);
  draft_.shows_heading = is_heading_in_text_;
}

void Chunker::append(Draft& draft, const Block& block, std::string_view text, int size) {
  auto& piece = draft.piece;
  draft.before_last = piece.text.size();
  if (piece.spans.empty()) {
    piece.page_first = piece.page_last = block.page;
  } else {
    bool is_list = block.kind == BlockKind::list_item && draft.last_kind == BlockKind::list_item;
    piece.text += is_list ? "\n" : block_separator;
    piece.size += separator_size_;
  }
  auto begin = piece.text.size();
  piece.text += text;
  piece.size += size;
  piece.page_first = std::min(piece.page_first, block.page);
  piece.page_last = std::max(piece.page_last, block.page);
  piece.spans.push_back({block.page, begin, piece.text.size(), block.box});
  draft.last_kind = block.kind;
  draft.last_size = size;
}

void Chunker::append_piece(Draft& draft, const Piece& more) const {
  auto& piece = draft.piece;
  piece.text += block_separator;
  auto shift = piece.text.size();
  piece.text += more.text;
  piece.size += separator_size_ + more.size;
  piece.page_first = std::min(piece.page_first, more.page_first);
  piece.page_last = std::max(piece.page_last, more.page_last);
  for (auto span : more.spans) {
    span.begin += shift;
    span.end += shift;
    piece.spans.push_back(span);
  }
}

// Passes the draft on: it joins the one before it, or takes its place.
Result<void> Chunker::finish_draft(bool ends_section) {
  if (draft_.piece.spans.empty()) {
    draft_ = {};
    return {};
  }
  auto done = std::exchange(draft_, Draft{});
  done.ends_section = ends_section;
  if (held_ && may_join(*held_, done)) {
    held_->piece.type = mix(held_->piece.type, done.piece.type);
    append_piece(*held_, done.piece);
    held_->ends_section = ends_section;
    return {};
  }
  if (held_ && may_join_sections(*held_, done)) {
    join_sections(*held_, done);
    return {};
  }
  auto before = std::exchange(held_, std::move(done));
  if (!before) return {};
  return deliver_(std::move(before->piece));
}

bool Chunker::may_join(const Draft& before, const Draft& next) const {
  if (before.heading.section != next.heading.section || next.continues_block) return false;
  if (!may_mix(before.piece.type, next.piece.type)) return false;
  if (std::min(before.piece.size, next.piece.size) >= options_.size_small) return false;
  return before.piece.size + separator_size_ + next.piece.size <= options_.size_max;
}

bool Chunker::may_join_sections(const Draft& before, const Draft& next) const {
  auto is_short_section = [this](const Draft& draft) {
    return draft.begins_section && draft.ends_section && draft.heading.level > 0 &&
           draft.piece.type == "text" && draft.piece.size < options_.size_small;
  };
  if (!is_short_section(before) || !is_short_section(next)) return false;
  if (before.heading.level != next.heading.level || before.parent != next.parent) return false;
  if (before.parent == 0) return false;
  auto size = before.piece.size + next.piece.size + 3 * separator_size_;
  for (const auto* draft : {&before, &next})
    if (!draft->shows_heading) size += options_.measure(draft->heading.text);
  return size <= options_.size_target;
}

void Chunker::join_sections(Draft& before, const Draft& next) const {
  auto with_heading = [this](const Draft& draft) {
    if (draft.shows_heading) return draft;
    Draft shown = draft;
    const auto& heading = draft.heading;
    shown.piece = {.text = heading.text,
                   .page_first = heading.page,
                   .page_last = heading.page,
                   .size = options_.measure(heading.text),
                   .spans = {{heading.page, 0, heading.text.size(), heading.box}}};
    append_piece(shown, draft.piece);
    return shown;
  };
  before = with_heading(before);
  before.shows_heading = true;
  before.piece.heading_path = before.parent_path;
  append_piece(before, with_heading(next).piece);
}

void Chunker::update_paths() {
  path_.clear();
  for (const auto& heading : headings_) {
    parent_path_ = path_;
    if (!path_.empty()) path_ += path_separator;
    path_ += heading.text;
  }
  std::ranges::replace(path_, '\n', ' ');
  std::ranges::replace(parent_path_, '\n', ' ');
}

}  // namespace aiva::documents
