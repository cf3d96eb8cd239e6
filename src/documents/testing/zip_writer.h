#pragma once

#include <libdeflate.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiva::documents {

// Writes zip archives for tests, the same bytes each time. What an entry claims can be made wrong.
class ZipWriter {
 public:
  struct Claims {
    bool is_stored = false;
    std::uint16_t flags = 0x0800;  // names are UTF-8
    std::optional<std::uint16_t> method{};
    std::optional<std::uint32_t> checksum{};
    std::optional<std::uint32_t> bytes{};
    std::optional<std::uint32_t> local_offset{};
    bool is_zip64 = false;  // sizes and offset stand in the zip64 extra field
  };

  ZipWriter& add(std::string_view name, std::string_view content) { return add(name, content, {}); }

  ZipWriter& add(std::string_view name, std::string_view content, const Claims& claims) {
    auto packed = claims.is_stored ? std::string(content) : deflate(content);
    std::uint16_t usual_method = claims.is_stored ? 0 : 8;
    Entry entry{
        .offset = out_.size(),
        .flags = claims.flags,
        .method = claims.method.value_or(usual_method),
        .checksum = claims.checksum.value_or(libdeflate_crc32(0, content.data(), content.size())),
        .packed_bytes = packed.size(),
        .bytes = claims.bytes.value_or(static_cast<std::uint32_t>(content.size()))};
    out_ += "PK\x03\x04";
    put_common(out_, entry);
    put(out_, name.size(), 2);
    put(out_, 0, 2);
    out_.append(name).append(packed);
    put_central(entry, name, claims);
    return *this;
  }

  // Entries counted so far; tests may claim another number.
  [[nodiscard]] std::string finish(std::optional<std::uint16_t> count = std::nullopt) const {
    auto whole = out_ + directory_ + "PK\x05\x06";
    put(whole, 0, 4);
    put(whole, count.value_or(count_), 2);
    put(whole, count.value_or(count_), 2);
    put(whole, directory_.size(), 4);
    put(whole, out_.size(), 4);
    put(whole, 0, 2);
    return whole;
  }

  static std::string deflate(std::string_view content) {
    auto* packer = libdeflate_alloc_compressor(6);
    std::string packed(libdeflate_deflate_compress_bound(packer, content.size()), '\0');
    packed.resize(libdeflate_deflate_compress(packer, content.data(), content.size(), packed.data(),
                                              packed.size()));
    libdeflate_free_compressor(packer);
    return packed;
  }

 private:
  struct Entry {
    std::size_t offset = 0;
    std::uint16_t flags = 0;
    std::uint16_t method = 0;
    std::uint32_t checksum = 0;
    std::size_t packed_bytes = 0;
    std::size_t bytes = 0;
  };

  static void put(std::string& out, std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i, value >>= 8) out += static_cast<char>(value & 0xFF);
  }

  static void put_common(std::string& out, const Entry& entry, bool is_zip64 = false) {
    put(out, 20, 2);
    put(out, entry.flags, 2);
    put(out, entry.method, 2);
    put(out, 0, 4);
    put(out, entry.checksum, 4);
    put(out, is_zip64 ? 0xFFFFFFFF : entry.packed_bytes, 4);
    put(out, is_zip64 ? 0xFFFFFFFF : entry.bytes, 4);
  }

  void put_central(const Entry& entry, std::string_view name, const Claims& claims) {
    std::string extra;
    auto offset = claims.local_offset.value_or(static_cast<std::uint32_t>(entry.offset));
    if (claims.is_zip64) {
      put(extra, 1, 2);
      put(extra, 24, 2);
      put(extra, entry.bytes, 8);
      put(extra, entry.packed_bytes, 8);
      put(extra, offset, 8);
    }
    directory_ += "PK\x01\x02";
    put(directory_, 20, 2);
    put_common(directory_, entry, claims.is_zip64);
    put(directory_, name.size(), 2);
    put(directory_, extra.size(), 2);
    put(directory_, 0, 10);
    put(directory_, claims.is_zip64 ? 0xFFFFFFFF : offset, 4);
    directory_.append(name).append(extra);
    ++count_;
  }

  std::string out_;
  std::string directory_;
  std::uint16_t count_ = 0;
};

}  // namespace aiva::documents
