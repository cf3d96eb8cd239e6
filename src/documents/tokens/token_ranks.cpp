#include "documents/tokens/token_ranks.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "foundation/read_file.h"

namespace aiva::documents {
namespace {

constexpr std::size_t file_bytes_max = 64UL * 1024 * 1024;
constexpr std::size_t tokens_max = 4'000'000;
constexpr std::uint32_t rank_max = (1U << 24U) - 1;
constexpr std::size_t token_bytes_max = 1024;
constexpr std::size_t pair_count = 65536;
constexpr std::size_t sieve_bits = 1UL << 21U;

Error malformed(const std::string& why) {
  return {.code = ErrorCode::invalid, .message = "The token vocabulary is malformed: " + why};
}

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

bool append_base64(std::string& out, std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    int value = base64_value(c);
    if (value < 0) return false;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
  }
  return true;
}

template <class Word>
std::uint64_t load(const char* at) {
  Word word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9E37'79B9'7F4A'7C15ULL;
  return hash ^ hash >> 32U;
}

std::uint64_t hash_of(std::string_view bytes) {
  const char* at = bytes.data();
  auto left = bytes.size();
  std::uint64_t hash = left * 0xFF51'AFD7'ED55'8CCDULL;
  for (; left > 8; left -= 8, at += 8) hash = mix(hash, load<std::uint64_t>(at));
  if (left >= 4) {
    hash = mix(hash, load<std::uint32_t>(at) << 32U | load<std::uint32_t>(at + left - 4));
  } else if (left > 0) {
    auto byte = [at](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(at[i])}; };
    hash = mix(hash, byte(0) << 16U | byte(left / 2) << 8U | byte(left - 1));
  }
  return mix(hash, left);
}

std::size_t sieve_bit(std::uint64_t hash) { return hash >> 24U & (sieve_bits - 1); }

std::size_t pair_index(char first, char second) {
  return std::size_t{static_cast<unsigned char>(first)} << 8U |
         std::size_t{static_cast<unsigned char>(second)};
}

}  // namespace

Result<TokenRanks> TokenRanks::load(const std::filesystem::path& file) {
  auto text = read_file(file, file_bytes_max);
  if (text) return parse(*text);
  if (text.error().code == ErrorCode::not_found)
    return fail(ErrorCode::not_found, file.string() + " is missing");
  if (text.error().code == ErrorCode::too_large) return fail(malformed("it has too many bytes"));
  return fail(ErrorCode::unavailable, "Cannot read " + file.string());
}

Result<TokenRanks> TokenRanks::parse(std::string_view text) {
  TokenRanks ranks;
  ranks.bytes_.reserve(text.size() / 2);
  ranks.offsets_.push_back(0);
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) TRY_VOID(ranks.add(line));
  }
  ranks.bytes_.shrink_to_fit();
  ranks.build_table();
  for (int byte = 0; byte < 256; ++byte) {
    auto single = static_cast<char>(byte);
    if (ranks.rank({&single, 1}) == none)
      return fail(malformed("byte " + std::to_string(byte) + " has no rank"));
  }
  return ranks;
}

Result<void> TokenRanks::add(std::string_view line) {
  auto where = "line " + std::to_string(ranks_.size() + 1);
  auto blank = line.find(' ');
  if (blank == std::string_view::npos) return fail(malformed(where));
  std::uint32_t rank = 0;
  const char* end = line.data() + line.size();
  auto number = std::from_chars(line.data() + blank + 1, end, rank);
  if (number.ec != std::errc() || number.ptr != end || rank > rank_max ||
      ranks_.size() == tokens_max)
    return fail(malformed(where));
  if (!append_base64(bytes_, line.substr(0, blank))) return fail(malformed(where));
  auto length = bytes_.size() - offsets_.back();
  if (length == 0 || length > token_bytes_max) return fail(malformed(where));
  length_max_ = std::max(length_max_, length);
  offsets_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  ranks_.push_back(rank);
  return {};
}

void TokenRanks::build_table() {
  slots_.assign(std::bit_ceil(ranks_.size() * 2 + 2), Slot{});
  sieve_.assign(sieve_bits / 64, 0);
  pairs_.assign(pair_count, none);
  for (std::uint32_t token = 0; token < ranks_.size(); ++token) {
    auto bytes = bytes_of(token);
    auto hash = hash_of(bytes);
    sieve_[sieve_bit(hash) / 64] |= std::uint64_t{1} << sieve_bit(hash) % 64;
    auto at = hash & (slots_.size() - 1);
    while (slots_[at].token != none) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {.fingerprint = static_cast<std::uint32_t>(hash >> 32U), .token = token};
    if (bytes.size() == 2) pairs_[pair_index(bytes[0], bytes[1])] = ranks_[token];
  }
}

std::string_view TokenRanks::bytes_of(std::uint32_t token) const {
  return std::string_view(bytes_).substr(offsets_[token], offsets_[token + 1] - offsets_[token]);
}

std::uint32_t TokenRanks::rank(std::string_view bytes) const {
  if (bytes.size() > length_max_) return none;
  auto hash = hash_of(bytes);
  if ((sieve_[sieve_bit(hash) / 64] >> sieve_bit(hash) % 64 & 1U) == 0) return none;
  auto fingerprint = static_cast<std::uint32_t>(hash >> 32U);
  for (auto at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
    const auto& slot = slots_[at];
    if (slot.token == none) return none;
    if (slot.fingerprint == fingerprint && bytes_of(slot.token) == bytes) return ranks_[slot.token];
  }
}

std::uint32_t TokenRanks::rank_of_pair(char first, char second) const {
  return pairs_[pair_index(first, second)];
}

}  // namespace aiva::documents
