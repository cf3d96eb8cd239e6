#include "adapters/s3/internal/sealed_object.h"

#include <algorithm>
#include <span>

#include "adapters/s3/internal/disk_file.h"
#include "foundation/aes_gcm.h"
#include "foundation/crypto.h"
#include "foundation/secret_box.h"

namespace aiva::s3 {
namespace {

constexpr std::string_view magic = "aivaseal";
constexpr std::size_t chunk_at = 8;
constexpr std::size_t size_at = 12;
constexpr std::size_t key_at = 20;
constexpr std::size_t key_box_bytes = 83;  // "v1." and base64url of nonce, key and tag
constexpr std::size_t chunk_bytes_max = 16 * 1024 * 1024;
// Far more than stores take. A header is not authenticated before a chunk is opened with it, so
// what is reckoned with its numbers must not overflow.
constexpr std::uint64_t size_max = std::uint64_t{1} << 50;

std::string big_endian(std::uint64_t value, std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i, value >>= 8)
    text[bytes - 1 - i] = static_cast<char>(value & 255);
  return text;
}

std::uint64_t from_big_endian(std::string_view text) {
  std::uint64_t value = 0;
  for (char c : text) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::string nonce_of(std::uint64_t number) { return big_endian(number, gcm_nonce_size); }

std::string purpose_of(std::string_view name) { return "object:" + std::string(name); }

std::string make_key() {
  std::string key(aes_key_size, '\0');
  random_bytes(std::span(reinterpret_cast<std::uint8_t*>(key.data()), key.size()));
  return key;
}

std::unexpected<Error> damaged(std::string_view what) {
  return fail(internal_error("an encrypted object: " + std::string(what)));
}

}  // namespace

Result<SealedObject> SealedObject::read(std::string_view master_key, std::string_view name,
                                        std::string_view header) {
  if (header.size() != seal_header_bytes || !header.starts_with(magic))
    return damaged("has no header");
  SealedObject object;
  object.header_ = header;
  object.chunk_bytes_ = from_big_endian(header.substr(chunk_at, size_at - chunk_at));
  object.size_ = from_big_endian(header.substr(size_at, key_at - size_at));
  if (object.chunk_bytes_ == 0 || object.chunk_bytes_ > chunk_bytes_max)
    return damaged("has odd chunks");
  if (object.size_ > size_max) return damaged("has an odd size");
  TRY(object.key_, open_secret(master_key, header.substr(key_at, key_box_bytes), purpose_of(name)));
  if (object.key_.size() != aes_key_size) return damaged("has no key");
  return object;
}

// Even an empty object has one, so that its header is authenticated.
std::uint64_t SealedObject::chunks() const {
  return std::max<std::uint64_t>((size_ + chunk_bytes_ - 1) / chunk_bytes_, 1);
}

std::string SealedObject::seal_chunk(std::uint64_t number, std::string_view plain) const {
  auto nonce = nonce_of(number);
  return seal_gcm({.key = key_, .nonce = nonce, .bound = header_}, plain);
}

Result<std::string> SealedObject::open_chunk(std::uint64_t number, std::string_view sealed) const {
  auto nonce = nonce_of(number);
  auto plain = open_gcm({.key = key_, .nonce = nonce, .bound = header_}, sealed);
  auto begin = number * chunk_bytes_;
  auto expected = std::min<std::uint64_t>(chunk_bytes_, size_ - std::min(size_, begin));
  if (!plain || plain->size() != expected) return damaged("was changed");
  return *std::move(plain);
}

ByteRange SealedObject::stored_range(ByteRange range) const {
  if (range.offset >= size_ || range.size == 0) return {};
  auto end = range.offset + std::min<std::uint64_t>(range.size, size_ - range.offset);
  auto first = range.offset / chunk_bytes_;
  auto behind = (end - 1) / chunk_bytes_ + 1;
  auto stored_chunk = chunk_bytes_ + gcm_tag_size;
  auto stored_end = std::min(behind * stored_chunk, size_ + chunks() * gcm_tag_size);
  return {.offset = seal_header_bytes + first * stored_chunk,
          .size = static_cast<std::size_t>(stored_end - first * stored_chunk)};
}

Result<std::string> SealedObject::open_range(ByteRange range, std::string_view stored) const {
  auto wanted = stored_range(range);
  if (stored.size() != wanted.size) return damaged("is cut off");
  if (stored.empty()) return std::string();
  auto stored_chunk = chunk_bytes_ + gcm_tag_size;
  auto number = (wanted.offset - seal_header_bytes) / stored_chunk;
  auto skipped = static_cast<std::size_t>(range.offset - number * chunk_bytes_);
  std::string plain;
  for (; !stored.empty(); ++number) {
    auto sealed = stored.substr(0, std::min(stored.size(), stored_chunk));
    TRY(auto chunk, open_chunk(number, sealed));
    plain += chunk;
    stored.remove_prefix(sealed.size());
  }
  return plain.substr(skipped, range.size);
}

Result<void> seal_file(std::string_view master_key, std::string_view name,
                       const std::filesystem::path& source, const std::filesystem::path& target) {
  TRY(auto in, DiskFile::open(source));
  TRY(auto out, DiskFile::create(target));
  SealedObject object;
  TRY(object.size_, in.size());
  object.key_ = make_key();
  object.header_ = std::string(magic) + big_endian(object.chunk_bytes_, size_at - chunk_at) +
                   big_endian(object.size_, key_at - size_at) +
                   seal_secret(master_key, object.key_, purpose_of(name));
  AIVA_ASSERT(object.header_.size() == key_at + key_box_bytes);
  object.header_.resize(seal_header_bytes, '\0');
  TRY_VOID(out.write(object.header_));
  for (std::uint64_t number = 0; number < object.chunks(); ++number) {
    auto left = object.size_ - number * object.chunk_bytes_;
    auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, object.chunk_bytes_));
    TRY(auto plain, in.read(size));
    if (plain.size() != size) return damaged("became shorter while it was read");
    TRY_VOID(out.write(object.seal_chunk(number, plain)));
  }
  return {};
}

Result<void> open_sealed_file(std::string_view master_key, std::string_view name,
                              const std::filesystem::path& source,
                              const std::filesystem::path& target) {
  TRY(auto in, DiskFile::open(source));
  TRY(auto out, DiskFile::create(target));
  TRY(auto header, in.read(seal_header_bytes));
  TRY(auto object, SealedObject::read(master_key, name, header));
  for (std::uint64_t number = 0; number < object.chunks(); ++number) {
    TRY(auto sealed, in.read(object.chunk_bytes() + gcm_tag_size));
    TRY(auto plain, object.open_chunk(number, sealed));
    TRY_VOID(out.write(plain));
  }
  TRY(auto rest, in.read(1));
  if (!rest.empty()) return damaged("is longer than it says");
  return {};
}

}  // namespace aiva::s3
