#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace aiva {

// A UUID (RFC 9562) as 16 bytes; its text form is the 36 lower-case characters clients see.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  // A new time-ordered UUID (version 7), so that rows made together lie together. Any thread.
  static Uuid make();
  // Reads the 36-character form; nothing when it is malformed.
  static std::optional<Uuid> parse(std::string_view text);

  [[nodiscard]] std::string to_string() const;
  // Writes the 36 characters without allocating.
  void write(char* out) const;
  [[nodiscard]] bool is_nil() const { return *this == Uuid{}; }

  auto operator<=>(const Uuid&) const = default;
};

// A UUID that names one kind of thing only: a DocumentId is no ChunkId.
template <class Tag>
struct Id {
  Uuid uuid{};

  static Id make() { return Id{Uuid::make()}; }
  static std::optional<Id> parse(std::string_view text) {
    auto parsed = Uuid::parse(text);
    if (!parsed) return std::nullopt;
    return Id{*parsed};
  }

  [[nodiscard]] std::string to_string() const { return uuid.to_string(); }
  [[nodiscard]] bool is_nil() const { return uuid.is_nil(); }

  auto operator<=>(const Id&) const = default;
};

using TenantId = Id<struct TenantTag>;
using UserId = Id<struct UserTag>;
using ApiKeyId = Id<struct ApiKeyTag>;
using KnowledgeBaseId = Id<struct KnowledgeBaseTag>;
using DocumentId = Id<struct DocumentTag>;
using ChunkId = Id<struct ChunkTag>;
using ImageId = Id<struct ImageTag>;
using JobId = Id<struct JobTag>;
using ChatSessionId = Id<struct ChatSessionTag>;
using MessageId = Id<struct MessageTag>;
using AgentId = Id<struct AgentTag>;

}  // namespace aiva

template <>
struct std::hash<aiva::Uuid> {
  std::size_t operator()(const aiva::Uuid& id) const noexcept {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::memcpy(&high, id.bytes.data(), 8);
    std::memcpy(&low, id.bytes.data() + 8, 8);
    return static_cast<std::size_t>((high ^ (low * 0x9E3779B97F4A7C15ULL)) * 0xBF58476D1CE4E5B9ULL);
  }
};

template <class Tag>
struct std::hash<aiva::Id<Tag>> {
  std::size_t operator()(const aiva::Id<Tag>& id) const noexcept {
    return std::hash<aiva::Uuid>{}(id.uuid);
  }
};
