#include "capabilities/backup/internal/packing.h"

#include <libdeflate.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "foundation/secret_box.h"

namespace aiva::backup {
namespace {

constexpr std::string_view magic = "AIVB";
constexpr char format_version = 1;
constexpr std::size_t head_bytes = 12;
constexpr unsigned flag_deflated = 1;
constexpr unsigned flag_sealed = 2;
// Twice as fast as the usual level; rows of text take a tenth more room.
constexpr int deflate_level = 3;

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const {
    libdeflate_free_compressor(compressor);
  }
};
struct FreeDecompressor {
  void operator()(libdeflate_decompressor* decompressor) const {
    libdeflate_free_decompressor(decompressor);
  }
};

// Empty where nothing is won.
std::string deflated(std::string_view bytes) {
  if (bytes.size() < 64) return {};
  std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor(
      libdeflate_alloc_compressor(deflate_level));
  AIVA_ASSERT(compressor != nullptr);
  std::string out(bytes.size() - bytes.size() / 32, '\0');
  auto size = libdeflate_deflate_compress(compressor.get(), bytes.data(), bytes.size(), out.data(),
                                          out.size());
  out.resize(size);
  return out;
}

Result<std::string> inflated(std::string_view bytes, std::size_t size) {
  std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor(
      libdeflate_alloc_decompressor());
  AIVA_ASSERT(decompressor != nullptr);
  std::string out(size, '\0');
  auto outcome = libdeflate_deflate_decompress(decompressor.get(), bytes.data(), bytes.size(),
                                               out.data(), out.size(), nullptr);
  if (outcome != LIBDEFLATE_SUCCESS) return fail(internal_error("packed bytes do not inflate"));
  return out;
}

}  // namespace

std::string pack(std::string_view bytes, std::string_view key, std::string_view purpose) {
  auto shorter = deflated(bytes);
  unsigned flags = (shorter.empty() ? 0 : flag_deflated) | (key.empty() ? 0 : flag_sealed);
  std::string packed(magic);
  packed += format_version;
  packed += static_cast<char>(flags);
  packed.append(2, '\0');
  for (unsigned i = 0; i < 4; ++i) packed += static_cast<char>(bytes.size() >> (8 * i));
  auto content = shorter.empty() ? bytes : std::string_view(shorter);
  if (key.empty())
    packed += content;
  else
    packed += seal_bytes(key, content, packed + std::string(purpose));
  return packed;
}

Result<std::string> unpack(std::string_view packed, std::string_view key, std::string_view purpose,
                           std::size_t bytes_max) {
  if (packed.size() < head_bytes || !packed.starts_with(magic))
    return fail(internal_error("not packed by a backup"));
  auto head = packed.substr(0, head_bytes);
  if (head[4] != format_version)
    return fail(ErrorCode::conflict, "The backup was made by a newer program");
  auto flags = static_cast<unsigned char>(head[5]);
  std::uint64_t size = 0;
  for (std::size_t i = 4; i-- > 0;) size = size << 8 | static_cast<std::uint8_t>(head[8 + i]);
  if (size > bytes_max) return fail(internal_error("packed bytes are longer than any"));
  if (((flags & flag_sealed) != 0) == key.empty())
    return fail(internal_error("packed bytes are sealed as the backup is not"));
  std::string content(packed.substr(head_bytes));
  if (!key.empty()) {
    TRY(content, open_bytes(key, content, std::string(head) + std::string(purpose)));
  }
  if ((flags & flag_deflated) != 0) return inflated(content, size);
  if (content.size() != size) return fail(internal_error("packed bytes have another length"));
  return content;
}

}  // namespace aiva::backup
