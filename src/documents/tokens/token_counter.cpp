#include "documents/tokens/token_counter.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "documents/tokens/byte_pairs.h"

namespace aiva::documents {
namespace {

constexpr std::size_t word_bytes_max = 64UL * 1024;
constexpr std::size_t cached_bytes_max = 30;
constexpr std::size_t cache_slots = 16384;

}  // namespace

// Counts of words met lately, shared by threads without locks. The last part of a word is stored
// mixed with the parts before it, so that what two threads wrote at once does not read as a word.
class TokenCounter::WordCache {
 public:
  struct Key {
    std::array<std::uint64_t, 3> head{};
    std::uint64_t tail = 0;  // bytes 24 to 29, then the length; the top byte is for the count
    std::uint64_t seal = 0;  // made of the head
  };

  static Key key_of(std::string_view word) {
    std::array<char, 32> bytes{};
    std::memcpy(bytes.data(), word.data(), word.size());
    bytes[cached_bytes_max] = static_cast<char>(word.size());
    Key key;
    std::memcpy(key.head.data(), bytes.data(), sizeof key.head);
    std::memcpy(&key.tail, bytes.data() + sizeof key.head, sizeof key.tail);
    for (auto part : key.head) key.seal = mix(key.seal ^ part);
    return key;
  }

  // 0: not known.
  [[nodiscard]] std::size_t find(const Key& key) const {
    const auto& slot = slots_[place(key)];
    auto tail = slot.sealed_tail.load(std::memory_order_relaxed) ^ key.seal;
    if ((tail & key_mask) != key.tail) return 0;
    for (std::size_t i = 0; i < key.head.size(); ++i)
      if (slot.head[i].load(std::memory_order_relaxed) != key.head[i]) return 0;
    return static_cast<std::size_t>(tail >> count_shift);
  }

  void store(const Key& key, std::size_t count) {
    auto& slot = slots_[place(key)];
    for (std::size_t i = 0; i < key.head.size(); ++i)
      slot.head[i].store(key.head[i], std::memory_order_relaxed);
    auto tail = key.tail | std::uint64_t{count} << count_shift;
    slot.sealed_tail.store(tail ^ key.seal, std::memory_order_relaxed);
  }

 private:
  static constexpr unsigned count_shift = 56;
  static constexpr std::uint64_t key_mask = (std::uint64_t{1} << count_shift) - 1;
  struct alignas(32) Slot {
    std::array<std::atomic<std::uint64_t>, 3> head{};
    std::atomic<std::uint64_t> sealed_tail = 0;
  };

  static std::uint64_t mix(std::uint64_t value) {
    value = (value ^ value >> 31U) * 0xBF58'476D'1CE4'E5B9ULL;
    return value ^ value >> 29U;
  }
  static std::size_t place(const Key& key) {
    auto hash = (key.seal ^ key.tail) * 0x9E37'79B9'7F4A'7C15ULL;
    return static_cast<std::size_t>(hash >> 40U) % cache_slots;
  }

  std::array<Slot, cache_slots> slots_{};
};

TokenCounter::TokenCounter(TokenRanks ranks)
    : ranks_(std::move(ranks)),
      scanner_(std::make_unique<const WordScanner>()),
      cache_(std::make_unique<WordCache>()) {}

TokenCounter::~TokenCounter() = default;
TokenCounter::TokenCounter(TokenCounter&&) noexcept = default;
TokenCounter& TokenCounter::operator=(TokenCounter&&) noexcept = default;

Result<TokenCounter> TokenCounter::load(const std::filesystem::path& ranks_file) {
  TRY(auto ranks, TokenRanks::load(ranks_file));
  return TokenCounter(std::move(ranks));
}

std::size_t TokenCounter::count(std::string_view text) const {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    auto end = scanner_->word_end(text, at);
    for (; at < end; at += std::min(word_bytes_max, end - at))
      count += count_word(text.substr(at, std::min(word_bytes_max, end - at)));
  }
  return count;
}

std::size_t TokenCounter::count_word(std::string_view word) const {
  if (word.size() == 1) return 1;
  if (word.size() > cached_bytes_max)
    return ranks_.rank(word) != TokenRanks::none ? 1 : count_byte_pairs(ranks_, word);
  auto key = WordCache::key_of(word);
  if (auto known = cache_->find(key); known != 0) return known;
  auto count = ranks_.rank(word) != TokenRanks::none ? 1 : count_byte_pairs(ranks_, word);
  cache_->store(key, count);
  return count;
}

}  // namespace aiva::documents
