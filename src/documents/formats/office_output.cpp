#include "documents/formats/office_output.h"

#include <algorithm>
#include <utility>

#include "documents/clean_text.h"
#include "documents/formats/image_header.h"
#include "documents/formats/table_blocks.h"
#include "documents/read_document.h"
#include "documents/table_text.h"
#include "documents/xml/xml_reader.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t links_max = 200;  // of one block
constexpr std::size_t image_bytes_max = 64UL * 1024 * 1024;
constexpr std::int64_t image_side_max = 100'000;  // pixels; no decoder goes further
constexpr std::size_t description_bytes_max = 2000;
constexpr std::size_t table_block_bytes = 32UL * 1024;

std::size_t count_bytes(const std::vector<TableRow>& rows) {
  std::size_t bytes = 0;
  for (const auto& row : rows)
    for (const auto& cell : row) bytes += cell.size() + 3;
  return bytes;
}

bool is_empty(const TableRow& row) {
  return std::ranges::all_of(row, [](const auto& cell) { return is_blank(cell); });
}

}  // namespace

std::string flatten(const OfficeBlock& block) {
  std::string text = block.block.text;
  for (const auto& row : block.rows)
    for (const auto& cell : row)
      if (!is_blank(cell)) text.append(text.empty() ? "" : " ").append(cell);
  return text;
}

std::string clean_description(std::string_view text) {
  // Office puts one of these in a line of its own below descriptions it made up itself.
  for (std::string_view remark : {"Description automatically generated",
                                  "Description generated with", "AI-generated content may be"}) {
    auto at = text.find(remark);
    if (at != std::string_view::npos) text = text.substr(0, at);
  }
  return std::string(trim(utf8_prefix(text, description_bytes_max)));
}

void add_link(std::vector<std::string>& links, std::string_view target) {
  target = trim(target);
  if (links.size() < links_max && is_link_target(target) &&
      std::ranges::find(links, target) == links.end())
    links.emplace_back(target);
}

Result<void> write_table(BlockOutput& out, OfficeBlock table) {
  auto& pattern = table.block;
  pattern.kind = BlockKind::table;
  int header_rows = 0;
  for (std::size_t i = 0; i < table.rows.size() && std::cmp_less(i, pattern.header_rows); ++i)
    header_rows += is_empty(table.rows[i]) ? 0 : 1;
  std::erase_if(table.rows, is_empty);
  pattern.header_rows = std::cmp_less(header_rows, table.rows.size()) ? header_rows : 0;
  if (count_bytes(table.rows) <= table_block_bytes) {
    for (const auto& row : table.rows) add_table_row(pattern.text, row);
    return out.add(std::move(pattern));
  }
  bool has_header = std::exchange(pattern.header_rows, 0) > 0;
  TableBlocks blocks(out, std::move(pattern), table_block_bytes);
  for (const auto& row : table.rows) TRY_VOID(blocks.add_row(row, has_header));
  return blocks.finish();
}

Result<void> OfficeOutput::add(OfficeBlock block) {
  bool goes_on = block.block.kind == BlockKind::code && block.block.page == code_.page &&
                 code_.text.size() < table_block_bytes;
  if (!code_.text.empty() && !goes_on) TRY_VOID(flush());
  if (!block.image.empty()) {
    TRY_VOID(out_.add(block.block));
    return deliver(block);
  }
  if (!block.document.empty()) return read_in_place(block);
  if (!block.rows.empty()) return write_table(out_, std::move(block));
  if (block.block.kind != BlockKind::code) return out_.add(std::move(block.block));
  if (code_.text.empty()) {
    code_ = std::move(block.block);
  } else {
    code_.text.append("\n").append(block.block.text);
    for (const auto& link : block.block.links) add_link(code_.links, link);
  }
  return {};
}

Result<void> OfficeOutput::flush() {
  if (code_.text.empty()) return {};
  return out_.add(std::exchange(code_, {}));
}

// What cannot be read is left out.
Result<void> OfficeOutput::read_in_place(const OfficeBlock& block) {
  if (!delivered_.insert(block.document).second) return {};
  auto bytes = zip_.read(block.document, xml_bytes_max);
  if (!bytes) return {};
  auto read = read_inner_document(
      {.bytes = *bytes, .file_name = block.document, .page = block.block.page}, out_);
  return !read && out_.is_closed() ? fail(read.error()) : Result<void>();
}

// An image that cannot be read is left out.
Result<void> OfficeOutput::deliver(const OfficeBlock& block) {
  bool is_wanted = has_room_for_images_ && out_.wants(EmbeddedFile::Kind::image);
  if (!is_wanted || !delivered_.insert(block.image).second) return {};
  const auto* entry = zip_.find(block.image);
  if (entry == nullptr) return {};
  auto bytes = zip_.read(*entry, image_bytes_max);
  if (!bytes) return {};
  auto header = read_image_header(*bytes);
  if (!header || header->pages.empty()) return {};
  const auto& size = header->pages.front();
  EmbeddedFile file{.kind = EmbeddedFile::Kind::image,
                    .name = entry->name,
                    .media_type = std::string(media_type(header->kind)),
                    .page = block.block.page,
                    .width = static_cast<int>(std::min(size.width, image_side_max)),
                    .height = static_cast<int>(std::min(size.height, image_side_max))};
  auto delivered = out_.add_file(file, *bytes);
  if (delivered || out_.has_sink_failed()) return delivered;
  has_room_for_images_ = false;
  return {};
}

}  // namespace aiva::documents
