#include "adapters/redis/internal/vectors/keys.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "foundation/crypto.h"

namespace aiva::redis {
namespace {

std::string mark_of(const PassageVectors& vectors) {
  auto digest = sha256(vectors.model + "\n" + std::to_string(vectors.dimension));
  return to_hex(std::span(digest).first(6));
}

Uuid read_uuid(std::string_view bytes) {
  Uuid uuid;
  std::memcpy(uuid.bytes.data(), bytes.data(), uuid.bytes.size());
  return uuid;
}

}  // namespace

VectorKeys::VectorKeys(const std::string& prefix, KnowledgeBaseId base,
                       const PassageVectors& vectors)
    : VectorKeys(prefix, base, mark_of(vectors)) {}

VectorKeys::VectorKeys(const std::string& prefix, KnowledgeBaseId base, std::string model_mark)
    : prefix_(prefix + "vectors:"), base_(base.to_string()), mark_(std::move(model_mark)) {}

std::string VectorKeys::in_slot(const std::string& tag, const std::string& name) const {
  return prefix_ + "{" + base_ + (tag.empty() ? "" : "." + tag) + "}:" + name;
}

std::string VectorKeys::changed(Epoch epoch) const {
  return in_slot("", mark_ + ":changed:" + std::to_string(epoch));
}

std::string VectorKeys::made(Epoch epoch) const {
  return in_slot("", mark_ + ":made:" + std::to_string(epoch));
}

std::string VectorKeys::vectors(const VectorSet& set) const {
  return in_slot(set.tag, mark_ + ":set:" + set.id);
}

std::string VectorKeys::names(const VectorSet& set) const {
  return in_slot(set.tag, mark_ + ":names:" + set.id);
}

std::string write_uuid(const Uuid& uuid) {
  return {reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()};
}

std::string write_epoch(Epoch epoch) {
  std::string bytes(8, '\0');
  auto value = static_cast<std::uint64_t>(epoch);
  for (std::size_t i = bytes.size(); i-- > 0; value >>= 8U)
    bytes[i] = static_cast<char>(value & 0xFFU);
  return bytes;
}

std::string write_row_name(const RowName& name) {
  return write_uuid(name.document.uuid) + write_epoch(name.epoch) + write_uuid(name.chunk.uuid);
}

std::optional<RowName> read_row_name(std::string_view name) {
  if (name.size() != row_name_bytes) return std::nullopt;
  std::uint64_t epoch = 0;
  for (char c : name.substr(16, 8)) epoch = (epoch << 8U) | static_cast<unsigned char>(c);
  return RowName{.document = {read_uuid(name.substr(0, 16))},
                 .epoch = static_cast<Epoch>(epoch),
                 .chunk = {read_uuid(name.substr(24))}};
}

std::string write_attributes(const IndexedPassage& passage, Epoch epoch) {
  return R"({"e":)" + std::to_string(epoch) + R"(,"d":")" + to_hex(passage.document.uuid.bytes) +
         R"(","k":)" + std::to_string(static_cast<int>(passage.kind)) + R"(,"p":)" +
         std::to_string(std::max(passage.page_first, 0)) + R"(,"q":)" +
         std::to_string(std::max(passage.page_last, 0)) + "}";
}

}  // namespace aiva::redis
