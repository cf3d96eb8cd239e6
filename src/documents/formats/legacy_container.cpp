#include "documents/formats/legacy_container.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace aiva::documents {
namespace {

constexpr std::string_view signature{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8};
constexpr std::size_t header_bytes = 512;
constexpr std::size_t entry_bytes = 128;
constexpr std::uint32_t last_sector = 0xFFFFFFFA;  // larger numbers are marks
constexpr int directory_sectors_max = 1024;

// Little-endian numbers; zero outside of the file.
class Numbers {
 public:
  explicit Numbers(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] std::uint32_t at16(std::size_t at) const { return byte(at) | byte(at + 1) << 8U; }
  [[nodiscard]] std::uint32_t at32(std::size_t at) const { return at16(at) | at16(at + 2) << 16U; }

 private:
  [[nodiscard]] std::uint32_t byte(std::size_t at) const {
    return at < bytes_.size() ? static_cast<unsigned char>(bytes_[at]) : 0U;
  }

  std::string_view bytes_;
};

class Container {
 public:
  explicit Container(std::string_view bytes)
      : bytes_(bytes), numbers_(bytes), shift_(numbers_.at16(30)) {}

  OleContent recognise() const {
    if (shift_ != 9 && shift_ != 12) return OleContent::unknown;
    auto sector = numbers_.at32(48);
    for (int i = 0; i < directory_sectors_max && sector < last_sector; ++i) {
      auto begin = offset_of(sector);
      if (begin >= bytes_.size()) break;
      for (std::size_t at = begin; at < begin + sector_bytes(); at += entry_bytes) {
        auto found = content_of(name_at(at));
        if (found != OleContent::unknown) return found;
      }
      sector = next(sector);
    }
    return OleContent::unknown;
  }

 private:
  [[nodiscard]] std::size_t sector_bytes() const { return std::size_t{1} << shift_; }
  [[nodiscard]] std::size_t offset_of(std::uint32_t sector) const {
    return (std::size_t{sector} + 1) << shift_;
  }

  // The sector after this one in its chain. Tables of tables beyond the header's, which only files
  // of more than 7 MB have, are not followed: directories stand near the beginning.
  [[nodiscard]] std::uint32_t next(std::uint32_t sector) const {
    constexpr std::uint32_t tables_in_header = 109;
    constexpr std::size_t tables_at = 76;
    auto in_table = static_cast<std::uint32_t>(sector_bytes() / 4);
    auto table = sector / in_table;
    if (table >= tables_in_header) return last_sector;
    auto table_sector = numbers_.at32(tables_at + std::size_t{table} * 4);
    if (table_sector >= last_sector) return last_sector;
    auto at = offset_of(table_sector) + std::size_t{sector % in_table} * 4;
    return at + 4 <= bytes_.size() ? numbers_.at32(at) : last_sector;
  }

  // The name of a directory entry, its letters taken out of UTF-16.
  [[nodiscard]] std::string name_at(std::size_t at) const {
    std::string name;
    auto length = std::min<std::size_t>(numbers_.at16(at + 64), 64);
    for (std::size_t i = 0; i + 2 < length; i += 2)
      name += static_cast<char>(numbers_.at16(at + i) & 0x7FU);
    return name;
  }

  static OleContent content_of(std::string_view name) {
    struct Known {
      std::string_view name;
      OleContent content;
    };
    constexpr std::array known = {
        Known{"WordDocument", OleContent::doc}, Known{"Workbook", OleContent::xls},
        Known{"Book", OleContent::xls}, Known{"PowerPoint Document", OleContent::ppt}};
    const auto* found = std::ranges::find(known, name, &Known::name);
    return found == known.end() ? OleContent::unknown : found->content;
  }

  std::string_view bytes_;
  Numbers numbers_;
  std::uint32_t shift_;
};

}  // namespace

OleContent recognise_ole(std::string_view bytes) {
  if (!bytes.starts_with(signature) || bytes.size() < header_bytes) return OleContent::none;
  return Container(bytes).recognise();
}

}  // namespace aiva::documents
