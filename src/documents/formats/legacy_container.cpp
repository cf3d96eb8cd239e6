#include "documents/formats/legacy_container.h"

#include <algorithm>
#include <array>

namespace aiva::documents {
namespace {

constexpr std::string_view signature{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8};
constexpr std::size_t header_bytes = 512;
constexpr std::size_t entry_bytes = 128;
constexpr std::uint32_t last_sector = 0xFFFFFFFA;  // larger numbers are marks
constexpr std::size_t directory_bytes_max = 4UL * 1024 * 1024;
constexpr std::size_t small_sector_bytes = 64;
constexpr std::uint32_t small_stream_bytes = 4096;  // shorter ones lie in the root's stream

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

std::uint32_t little16(std::string_view bytes, std::size_t at) {
  return byte_at(bytes, at) | byte_at(bytes, at + 1) << 8U;
}

std::uint32_t little32(std::string_view bytes, std::size_t at) {
  return little16(bytes, at) | little16(bytes, at + 2) << 16U;
}

std::unexpected<Error> damaged() {
  return fail(ErrorCode::invalid, "The document is damaged: its chains of sectors are broken");
}

OleContent content_of(std::string_view name) {
  struct Known {
    std::string_view name;
    OleContent content;
  };
  constexpr std::array known = {Known{"WordDocument", OleContent::doc},
                                Known{"Workbook", OleContent::xls}, Known{"Book", OleContent::xls},
                                Known{"PowerPoint Document", OleContent::ppt}};
  const auto* found = std::ranges::find(known, name, &Known::name);
  return found == known.end() ? OleContent::unknown : found->content;
}

}  // namespace

OleContent recognise_ole(std::string_view bytes) {
  auto container = OleContainer::open(bytes);
  if (!container) return OleContent::none;
  for (const auto& name : container->names())
    if (auto content = content_of(name); content != OleContent::unknown) return content;
  return OleContent::unknown;
}

Result<OleContainer> OleContainer::open(std::string_view bytes) {
  if (!bytes.starts_with(signature) || bytes.size() < header_bytes)
    return fail(ErrorCode::invalid, "The document is no OLE compound file");
  OleContainer container(bytes);
  // Sectors of 512 or 4096 bytes; everything else is damage.
  container.shift_ = container.number16(30) == 12 ? 12 : 9;
  container.read_table();
  container.read_directory();
  return container;
}

std::uint32_t OleContainer::number16(std::size_t at) const { return little16(bytes_, at); }
std::uint32_t OleContainer::number32(std::size_t at) const { return little32(bytes_, at); }

// Empty where it lies behind the end; the last one may be cut.
std::string_view OleContainer::sector(std::uint32_t number) const {
  auto begin = (std::size_t{number} + 1) << shift_;
  if (number >= last_sector || begin >= bytes_.size()) return {};
  return bytes_.substr(begin, std::size_t{1} << shift_);
}

// The table of sectors lies in sectors of its own: the header names the first 109 of them, a chain
// of further sectors the others.
void OleContainer::read_table() {
  constexpr std::size_t in_header = 109;
  constexpr std::size_t list_at = 76;
  std::size_t sectors_max = bytes_.size() >> shift_;
  auto add_table = [&](std::uint32_t number) {
    auto table = sector(number);
    for (std::size_t at = 0; at + 4 <= table.size() && next_.size() < sectors_max; at += 4)
      next_.push_back(little32(table, at));
  };
  for (std::size_t i = 0; i < in_header; ++i) {
    auto number = number32(list_at + i * 4);
    if (number < last_sector) add_table(number);
  }
  auto list = number32(68);
  for (std::size_t i = 0; i < sectors_max && list < last_sector; ++i) {
    auto numbers = sector(list);
    if (numbers.size() < 8) break;
    for (std::size_t at = 0; at + 8 <= numbers.size(); at += 4)
      if (auto number = little32(numbers, at); number < last_sector) add_table(number);
    list = little32(numbers, numbers.size() - 4);
  }
}

OleContainer::Entry OleContainer::entry_at(std::string_view record) const {
  Entry entry;
  auto length = std::min<std::size_t>(little16(record, 64), 64);
  for (std::size_t i = 0; i + 2 < length; i += 2)
    entry.name += static_cast<char>(little16(record, i) & 0x7FU);
  entry.is_root = byte_at(record, 66) == 5;
  entry.first_sector = little32(record, 116);
  entry.bytes = little32(record, 120);
  return entry;
}

void OleContainer::read_directory() {
  std::size_t read = 0;
  // A chain in a circle is no longer than the file.
  auto bytes_max = std::min(directory_bytes_max, bytes_.size());
  for (auto number = number32(48); read < bytes_max;) {
    auto records = sector(number);
    if (records.empty()) return;
    read += records.size();
    for (; records.size() >= entry_bytes; records.remove_prefix(entry_bytes))
      if (little16(records, 64) > 0) entries_.push_back(entry_at(records));
    if (number >= next_.size()) return;
    number = next_[number];
  }
}

std::vector<std::string> OleContainer::names() const {
  std::vector<std::string> names;
  for (const auto& entry : entries_) names.push_back(entry.name);
  return names;
}

Result<std::string> OleContainer::read(std::string_view name) const {
  auto found = std::ranges::find(entries_, name, &Entry::name);
  if (found == entries_.end())
    return fail(ErrorCode::not_found, "The document lacks its stream " + std::string(name));
  return found->bytes < small_stream_bytes ? read_small(*found)
                                           : read_chain(found->first_sector, found->bytes);
}

Result<std::string> OleContainer::read_chain(std::uint32_t first, std::size_t bytes) const {
  if (bytes > bytes_.size()) return damaged();
  std::string out;
  out.reserve(bytes);
  for (auto number = first; out.size() < bytes;) {
    auto part = sector(number).substr(0, bytes - out.size());
    if (part.empty()) return damaged();
    out += part;
    if (number >= next_.size() && out.size() < bytes) return damaged();
    if (out.size() < bytes) number = next_[number];
  }
  return out;
}

// Short streams lie in pieces of 64 bytes in the stream of the root.
Result<std::string> OleContainer::read_small(const Entry& entry) const {
  auto root = std::ranges::find_if(entries_, &Entry::is_root);
  if (root == entries_.end()) return damaged();
  TRY(auto pieces, read_chain(root->first_sector, root->bytes));
  auto tables = number32(64);
  TRY(auto table,
      read_chain(number32(60), std::size_t{std::min<std::uint32_t>(tables, 4096)} << shift_));
  std::string out;
  for (auto number = entry.first_sector; out.size() < entry.bytes;) {
    auto at = std::size_t{number} * small_sector_bytes;
    if (at >= pieces.size()) return damaged();
    out += std::string_view(pieces).substr(at, small_sector_bytes);
    if (out.size() < entry.bytes) number = little32(table, std::size_t{number} * 4);
  }
  out.resize(entry.bytes);
  return out;
}

}  // namespace aiva::documents
