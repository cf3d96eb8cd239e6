#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "foundation/result.h"
#include "ports/object_store.h"

namespace aiva::s3 {

// Objects encrypted on this side. A header of 128 bytes, then chunks of 64 KiB, each under
// AES-256-GCM with its number as nonce and the header bound to it, 16 bytes longer than it was:
//
//   "aivaseal", bytes of a chunk (u32, big endian), bytes of the object (u64),
//   the object's own key in a secret box of the master key bound to the object's name, zeros
//
// So chunks can neither be changed, nor moved, nor left out, and any range can be read alone.
inline constexpr std::size_t seal_header_bytes = 128;

// Encrypts a file into a new one for the object of that name. Blocking.
Result<void> seal_file(std::string_view master_key, std::string_view name,
                       const std::filesystem::path& source, const std::filesystem::path& target);
// The opposite. `internal` where key or name are others or bytes were changed.
Result<void> open_sealed_file(std::string_view master_key, std::string_view name,
                              const std::filesystem::path& source,
                              const std::filesystem::path& target);

// What the header of a sealed object tells.
class SealedObject {
 public:
  // Fails with `internal`.
  static Result<SealedObject> read(std::string_view master_key, std::string_view name,
                                   std::string_view header);

  // Of what was put.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::uint64_t chunks() const;
  // Which stored bytes hold a range of what was put; empty where it lies behind its end.
  [[nodiscard]] ByteRange stored_range(ByteRange range) const;
  // The range, from the stored bytes of stored_range(); `internal` where they were changed.
  [[nodiscard]] Result<std::string> open_range(ByteRange range, std::string_view stored) const;
  // One chunk with its tag.
  [[nodiscard]] Result<std::string> open_chunk(std::uint64_t number, std::string_view sealed) const;
  [[nodiscard]] std::string seal_chunk(std::uint64_t number, std::string_view plain) const;
  [[nodiscard]] std::size_t chunk_bytes() const { return chunk_bytes_; }

 private:
  friend Result<void> seal_file(std::string_view, std::string_view, const std::filesystem::path&,
                                const std::filesystem::path&);

  std::string header_;
  std::string key_;
  std::size_t chunk_bytes_ = 64 * 1024;
  std::uint64_t size_ = 0;
};

}  // namespace aiva::s3
