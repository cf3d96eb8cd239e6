#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva::documents {

// The vocabulary of a byte-pair encoding: byte strings and their ranks, the lower merged first.
// Read-only once made, so any thread may ask it; o200k_base takes about 7 MB.
class TokenRanks {
 public:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  // Reads the text form that tiktoken uses: a base64 token, a blank and its rank a line. Fails with
  // `not_found` or `invalid`; each of the 256 bytes must have a rank.
  static Result<TokenRanks> load(const std::filesystem::path& file);
  static Result<TokenRanks> parse(std::string_view text);

  // The rank of these bytes, `none` when they are no token.
  [[nodiscard]] std::uint32_t rank(std::string_view bytes) const;
  // The same for two bytes, without hashing.
  [[nodiscard]] std::uint32_t rank_of_pair(char first, char second) const;
  [[nodiscard]] std::size_t size() const { return ranks_.size(); }

 private:
  struct Slot {
    std::uint32_t fingerprint = 0;
    std::uint32_t token = none;
  };

  TokenRanks() = default;
  Result<void> add(std::string_view line);
  void build_table();
  [[nodiscard]] std::string_view bytes_of(std::uint32_t token) const;

  std::string bytes_;                   // of all tokens, one after the other
  std::vector<std::uint32_t> offsets_;  // size() + 1
  std::vector<std::uint32_t> ranks_;
  std::vector<Slot> slots_;  // open addressing, a power of two
  // A bit for each token's hash, small enough for the processor's cache: most questions end here.
  std::vector<std::uint64_t> sieve_;
  std::vector<std::uint32_t> pairs_;
  std::size_t length_max_ = 0;
};

}  // namespace aiva::documents
