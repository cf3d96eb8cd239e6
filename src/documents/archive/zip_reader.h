#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "foundation/result.h"

namespace aiva::documents {

// How much of one archive is read at most.
struct ZipLimits {
  std::size_t entries_max = 10000;
  std::size_t entry_bytes_max = 256UL * 1024 * 1024;      // unpacked, of one entry
  std::size_t unpacked_bytes_max = 1024UL * 1024 * 1024;  // of all that is read together
  std::size_t ratio_max = 200;                            // unpacked to packed…
  std::size_t ratio_free_bytes = 16UL * 1024 * 1024;      // …of an entry larger than this
};

// One file or folder of an archive. The name is well-formed UTF-8 with "/" between folders, never
// absolute, without "." and "..", drive letters and control characters; it may be empty.
struct ZipEntry {
  std::string name;
  std::size_t bytes = 0;  // unpacked, as the directory claims
  std::size_t packed_bytes = 0;
  bool is_folder = false;
  bool is_link = false;  // a symbolic link of Unix; its bytes are a path
  bool is_encrypted = false;
  bool is_readable = false;  // its packed bytes lie in the file
  std::uint16_t method = 0;
  std::uint32_t checksum = 0;  // CRC-32
  std::size_t offset = 0;      // of its packed bytes
};

// Reads a zip archive (PKWARE APPNOTE 6.3) that lies in memory, by its central directory; nothing
// touches the disk. Stored and deflated entries, zip64 and bytes before the archive are understood.
class ZipReader {
 public:
  // `bytes` is borrowed. Fails with `invalid` where they are no archive, or one whose entries lie
  // over each other, and with `too_large` where there are too many entries.
  static Result<ZipReader> open(std::string_view bytes, const ZipLimits& limits = {});

  // In the order of the directory.
  [[nodiscard]] const std::vector<ZipEntry>& entries() const { return entries_; }
  // The entry of that name, small and capital ASCII letters being the same; null when there is
  // none.
  [[nodiscard]] const ZipEntry* find(std::string_view name) const;

  // The unpacked bytes of an entry of this archive. Fails with `invalid` where it is encrypted,
  // packed in an unknown way or damaged (length or checksum are wrong), with `too_large` above
  // `bytes_max` or a limit; then nothing was unpacked and other entries can still be read.
  Result<std::string> read(const ZipEntry& entry, std::size_t bytes_max = SIZE_MAX);
  // The same by name; `not_found` when there is no such entry.
  Result<std::string> read(std::string_view name, std::size_t bytes_max = SIZE_MAX);

 private:
  struct FreeInflater {
    void operator()(void* inflater) const;
  };

  ZipReader(std::string_view bytes, const ZipLimits& limits) : bytes_(bytes), limits_(limits) {}
  Result<void> check(const ZipEntry& entry, std::size_t bytes_max) const;
  Result<std::string> inflate(const ZipEntry& entry, std::string_view packed);

  std::string_view bytes_;
  ZipLimits limits_;
  std::vector<ZipEntry> entries_;
  std::unordered_map<std::string, std::size_t> index_;  // by name in lower case
  std::size_t unpacked_bytes_ = 0;
  std::unique_ptr<void, FreeInflater> inflater_;
};

}  // namespace aiva::documents
