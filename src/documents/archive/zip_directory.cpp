#include "documents/archive/zip_directory.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "documents/charset.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

// Sizes, signatures and offsets of PKWARE APPNOTE 6.3.
constexpr std::size_t end_bytes = 22;
constexpr std::size_t comment_bytes_max = 65535;
constexpr std::size_t central_bytes = 46;
constexpr std::size_t local_bytes = 30;
constexpr std::size_t locator64_bytes = 20;
constexpr std::size_t end64_bytes = 56;
constexpr std::string_view end_mark = "PK\x05\x06";
constexpr std::string_view central_mark = "PK\x01\x02";
constexpr std::string_view local_mark = "PK\x03\x04";
constexpr std::string_view locator64_mark = "PK\x06\x07";
constexpr std::string_view end64_mark = "PK\x06\x06";
constexpr std::uint32_t in_extra = 0xFFFFFFFF;  // the number stands in the zip64 extra field
constexpr std::uint16_t extra_zip64 = 1;
constexpr std::uint16_t flags_encrypted = 0x0001 | 0x0040 | 0x2000;
constexpr std::uint16_t flag_utf8 = 0x0800;
constexpr std::size_t name_bytes_max = 1024;

// Little-endian numbers; the caller has checked that they lie within.
std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}
std::uint16_t number16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(number_at(bytes, at, 2));
}
std::uint32_t number32(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(number_at(bytes, at, 4));
}
std::uint64_t number64(std::string_view bytes, std::size_t at) { return number_at(bytes, at, 8); }

std::unexpected<Error> damaged(std::string_view cause) {
  return fail(ErrorCode::invalid, "The file is damaged: it begins like a zip archive but is none",
              std::string(cause));
}

// Where the directory lies in the file, and how far all offsets in it are off because something
// stands before the archive.
struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
  std::uint64_t shift = 0;
};

std::optional<std::size_t> find_end(std::string_view bytes) {
  if (bytes.size() < end_bytes) return std::nullopt;
  std::size_t last = bytes.size() - end_bytes;
  std::size_t first = last > comment_bytes_max ? last - comment_bytes_max : 0;
  auto at = bytes.rfind(end_mark, last);
  return at == std::string_view::npos || at < first ? std::nullopt : std::optional(at);
}

// The zip64 end record says what does not fit into the old one, which lies at `end`.
bool apply_end64(std::string_view bytes, std::size_t& end, Directory& directory) {
  if (end < locator64_bytes) return true;
  auto locator = bytes.substr(end - locator64_bytes, locator64_bytes);
  if (!locator.starts_with(locator64_mark)) return true;
  auto at = number64(locator, 8);
  if (at > end || end - at < end64_bytes || !bytes.substr(at).starts_with(end64_mark)) return false;
  auto record = bytes.substr(at, end64_bytes);
  directory.entries = number64(record, 32);
  directory.bytes = number64(record, 40);
  directory.offset = number64(record, 48);
  end = at;
  return true;
}

Result<Directory> find_directory(std::string_view bytes) {
  auto found = find_end(bytes);
  if (!found) return damaged("no end record");
  std::size_t end = *found;
  Directory directory{.offset = number32(bytes, end + 16),
                      .bytes = number32(bytes, end + 12),
                      .entries = number16(bytes, end + 10)};
  if (!apply_end64(bytes, end, directory)) return damaged("bad zip64 end record");
  if (directory.bytes > end || directory.offset > end - directory.bytes)
    return damaged("directory outside of the file");
  // The directory ends where the end record begins, whatever stands before the archive.
  directory.shift = end - directory.bytes - directory.offset;
  if (!bytes.substr(directory.offset + directory.shift).starts_with(central_mark))
    directory.shift = 0;
  directory.offset += directory.shift;
  return directory;
}

// What the zip64 extra field says instead of sizes and offset that do not fit into 32 bits.
void apply_extra64(std::string_view extra, ZipEntry& entry, std::uint64_t& local) {
  while (extra.size() >= 4) {
    auto kind = number16(extra, 0);
    auto size = std::min<std::size_t>(number16(extra, 2), extra.size() - 4);
    auto field = extra.substr(4, size);
    extra.remove_prefix(4 + size);
    if (kind != extra_zip64) continue;
    auto take = [&](std::uint64_t old) {
      if (old != in_extra || field.size() < 8) return old;
      auto value = number64(field, 0);
      field.remove_prefix(8);
      return value;
    };
    entry.bytes = take(entry.bytes);
    entry.packed_bytes = take(entry.packed_bytes);
    local = take(local);
    return;
  }
}

std::string decode_name(std::string_view name, std::uint16_t flags) {
  if ((flags & flag_utf8) != 0 || is_valid_utf8(name)) return sanitise_entry_name(name);
  auto decoded = decode_text(name, "IBM437");  // APPNOTE, appendix D
  return sanitise_entry_name(decoded ? *decoded : name);
}

// The file type in the upper half of the external attributes, where a Unix wrote the entry.
bool is_unix_link(std::string_view central) {
  constexpr std::uint16_t unix_system = 3;
  return number16(central, 4) >> 8 == unix_system && (number16(central, 40) & 0xF000) == 0xA000;
}

// The bytes an entry takes, its own header among them.
struct Extent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// Finds the packed bytes of an entry behind its local header at `local`; the entry cannot be read
// where that lies outside of the file.
Extent locate(std::string_view bytes, std::uint64_t local, ZipEntry& entry) {
  entry.is_readable = false;
  if (local > bytes.size() || bytes.size() - local < local_bytes) return {};
  auto header = bytes.substr(local, local_bytes);
  if (!header.starts_with(local_mark)) return {};
  auto begin = local + local_bytes + number16(header, 26) + number16(header, 28);
  if (begin > bytes.size() || entry.packed_bytes > bytes.size() - begin) return {};
  entry.offset = begin;
  entry.is_readable = true;
  return {local, begin + entry.packed_bytes};
}

bool do_overlap(std::vector<Extent> extents) {
  std::ranges::sort(extents, {}, &Extent::begin);
  for (std::size_t i = 1; i < extents.size(); ++i)
    if (extents[i].begin < extents[i - 1].end) return true;
  return false;
}

bool is_drive(std::string_view folder) { return folder.size() == 2 && folder[1] == ':'; }

}  // namespace

std::string sanitise_entry_name(std::string_view name) {
  auto clean = repair_utf8(name.substr(0, name.find('\0')));
  std::erase_if(clean, [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; });
  std::ranges::replace(clean, '\\', '/');
  std::string out;
  for (std::string_view rest = clean; !rest.empty();) {
    auto end = std::min(rest.find('/'), rest.size());
    auto folder = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (folder.empty() || folder == "." || folder == ".." || is_drive(folder)) continue;
    if (!out.empty()) out += '/';
    out += folder;
  }
  return std::string(utf8_prefix(out, name_bytes_max));
}

Result<std::vector<ZipEntry>> read_zip_directory(std::string_view bytes, std::size_t entries_max) {
  TRY(auto directory, find_directory(bytes));
  if (directory.entries > entries_max)
    return fail(ErrorCode::too_large,
                "The archive holds more than " + std::to_string(entries_max) + " files");
  std::vector<ZipEntry> entries;
  std::vector<Extent> extents;
  auto rest = bytes.substr(directory.offset, directory.bytes);
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    if (rest.size() < central_bytes || !rest.starts_with(central_mark))
      return damaged("broken directory");
    std::size_t name_bytes = number16(rest, 28);
    std::size_t extra_bytes = number16(rest, 30);
    std::size_t whole = central_bytes + name_bytes + extra_bytes + number16(rest, 32);
    if (rest.size() < whole) return damaged("broken directory");
    auto flags = number16(rest, 8);
    auto name = rest.substr(central_bytes, name_bytes);
    ZipEntry entry{.name = decode_name(name, flags),
                   .bytes = number32(rest, 24),
                   .packed_bytes = number32(rest, 20),
                   .is_folder = name.ends_with('/') || name.ends_with('\\'),
                   .is_link = is_unix_link(rest),
                   .is_encrypted = (flags & flags_encrypted) != 0,
                   .method = number16(rest, 10),
                   .checksum = number32(rest, 16)};
    std::uint64_t local = number32(rest, 42);
    apply_extra64(rest.substr(central_bytes + name_bytes, extra_bytes), entry, local);
    auto extent = locate(bytes.substr(0, directory.offset), local + directory.shift, entry);
    if (entry.is_readable) extents.push_back(extent);
    entries.push_back(std::move(entry));
    rest.remove_prefix(whole);
  }
  if (do_overlap(std::move(extents)))
    return fail(ErrorCode::invalid, "The archive is refused: files in it lie over each other");
  return entries;
}

}  // namespace aiva::documents
