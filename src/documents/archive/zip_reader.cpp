#include "documents/archive/zip_reader.h"

#include <libdeflate.h>

#include <algorithm>
#include <utility>

#include "documents/archive/zip_directory.h"
#include "documents/clean_text.h"

namespace aiva::documents {
namespace {

constexpr std::uint16_t method_stored = 0;
constexpr std::uint16_t method_deflated = 8;
// No deflated byte stands for more (RFC 1951: 258 bytes from two bits).
constexpr std::size_t deflate_ratio_max = 1032;

std::unexpected<Error> damaged(const ZipEntry& entry, std::string_view what) {
  return fail(ErrorCode::invalid,
              "The file is damaged: " + entry.name + " in it " + std::string(what));
}

std::string in_megabytes(std::size_t bytes) { return std::to_string(bytes / (1024 * 1024)); }

}  // namespace

void ZipReader::FreeInflater::operator()(void* inflater) const {
  libdeflate_free_decompressor(static_cast<libdeflate_decompressor*>(inflater));
}

Result<ZipReader> ZipReader::open(std::string_view bytes, const ZipLimits& limits) {
  ZipReader reader(bytes, limits);
  TRY(reader.entries_, read_zip_directory(bytes, limits.entries_max));
  reader.index_.reserve(reader.entries_.size());
  for (std::size_t i = 0; i < reader.entries_.size(); ++i)
    reader.index_.try_emplace(to_lower_ascii(reader.entries_[i].name), i);
  return reader;
}

const ZipEntry* ZipReader::find(std::string_view name) const {
  auto found = index_.find(to_lower_ascii(name));
  return found == index_.end() ? nullptr : &entries_[found->second];
}

Result<void> ZipReader::check(const ZipEntry& entry, std::size_t bytes_max) const {
  if (entry.is_encrypted)
    return fail(ErrorCode::invalid, "The document is protected with a password");
  if (entry.method != method_stored && entry.method != method_deflated)
    return fail(ErrorCode::invalid, "The file is packed in a way AIVA cannot unpack",
                "method " + std::to_string(entry.method));
  if (!entry.is_readable) return damaged(entry, "lies outside of it");
  bytes_max = std::min(bytes_max, limits_.entry_bytes_max);
  if (entry.bytes > bytes_max)
    return fail(ErrorCode::too_large, "The file holds " + entry.name + ", which is larger than " +
                                          in_megabytes(bytes_max) + " MB");
  if (entry.bytes > limits_.ratio_free_bytes &&
      entry.bytes / limits_.ratio_max > entry.packed_bytes)
    return fail(ErrorCode::too_large, "The file is packed more tightly than any document is");
  if (entry.bytes > limits_.unpacked_bytes_max - unpacked_bytes_)
    return fail(ErrorCode::too_large, "The file unpacks to more than " +
                                          in_megabytes(limits_.unpacked_bytes_max) + " MB");
  return {};
}

Result<std::string> ZipReader::read(const ZipEntry& entry, std::size_t bytes_max) {
  TRY_VOID(check(entry, bytes_max));
  auto packed = bytes_.substr(entry.offset, entry.packed_bytes);
  std::string out;
  if (entry.method == method_stored) {
    if (entry.packed_bytes != entry.bytes) return damaged(entry, "has a wrong length");
    out = packed;
  } else {
    TRY(out, inflate(entry, packed));
  }
  if (libdeflate_crc32(0, out.data(), out.size()) != entry.checksum)
    return damaged(entry, "has a wrong checksum");
  unpacked_bytes_ += out.size();
  return out;
}

Result<std::string> ZipReader::read(std::string_view name, std::size_t bytes_max) {
  const auto* entry = find(name);
  if (entry == nullptr)
    return fail(ErrorCode::not_found, "The file lacks its part " + sanitise_entry_name(name));
  return read(*entry, bytes_max);
}

// The directory says how long the result is; anything else is damage.
Result<std::string> ZipReader::inflate(const ZipEntry& entry, std::string_view packed) {
  if (entry.bytes == 0) return std::string();
  if (entry.bytes / deflate_ratio_max > packed.size()) return damaged(entry, "has a wrong length");
  if (!inflater_) inflater_.reset(libdeflate_alloc_decompressor());
  if (!inflater_) return fail(ErrorCode::too_large, "There is no memory to unpack the file");
  auto* inflater = static_cast<libdeflate_decompressor*>(inflater_.get());
  auto result = LIBDEFLATE_BAD_DATA;
  std::string out;
  // The size handed to the operation is not used: libstdc++ 12 hands over the capacity.
  out.resize_and_overwrite(entry.bytes, [&](char* to, std::size_t) {
    result = libdeflate_deflate_decompress(inflater, packed.data(), packed.size(), to, entry.bytes,
                                           nullptr);
    return result == LIBDEFLATE_SUCCESS ? entry.bytes : 0;
  });
  if (result != LIBDEFLATE_SUCCESS) return damaged(entry, "cannot be unpacked");
  return out;
}

}  // namespace aiva::documents
