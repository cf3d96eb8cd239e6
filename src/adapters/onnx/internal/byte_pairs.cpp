#include "adapters/onnx/internal/byte_pairs.h"

#include <unicode/unistr.h>

#include <array>
#include <limits>
#include <utility>

#include "adapters/onnx/internal/json_members.h"

namespace aiva {
namespace {

constexpr std::size_t word_bytes_max = 512;

// Bytes as characters, so that a vocabulary is text: printable ones stand for themselves, the
// others for those from 256 on.
std::array<std::string, 256> make_byte_names() {
  std::array<std::string, 256> names;
  int next = 256;
  for (int byte = 0; byte < 256; ++byte) {
    bool is_printable = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) ||
                        (byte >= 0xAE && byte <= 0xFF);
    icu::UnicodeString(static_cast<UChar32>(is_printable ? byte : next++))
        .toUTF8String(names[static_cast<std::size_t>(byte)]);
  }
  return names;
}

const std::array<std::string, 256>& byte_names() {
  static const auto names = make_byte_names();
  return names;
}

// "a b", or ["a", "b"].
std::string read_pair(const json::Value& entry) {
  if (const auto* text = entry.if_string()) {
    auto space = std::string_view(*text).find(' ');
    bool is_pair = space != std::string_view::npos && space > 0 && space + 1 < text->size();
    return is_pair ? std::string(*text) : std::string();
  }
  const auto* pair = entry.if_array();
  if (pair == nullptr || pair->size() != 2) return {};
  const auto* left = (*pair)[0].if_string();
  const auto* right = (*pair)[1].if_string();
  if (left == nullptr || right == nullptr) return {};
  return std::string(*left) + " " + std::string(*right);
}

std::unexpected<Error> malformed(const char* why) {
  return fail(ErrorCode::invalid, "The tokenizer does not fit: " + std::string(why));
}

}  // namespace

Result<BytePairs> BytePairs::read(const json::Object& model) {
  const auto* vocab = object_in(model, "vocab");
  const auto* merges = array_in(model, "merges");
  if (vocab == nullptr) return malformed("it has no vocabulary");
  if (merges == nullptr) return malformed("it has no merges");
  BytePairs pairs;
  for (const auto& [token, id] : *vocab) {
    if (!id.is_int64()) return malformed("an id is no number");
    pairs.ids_.emplace(token, id.get_int64());
  }
  for (const auto& entry : *merges) {
    auto pair = read_pair(entry);
    if (pair.empty()) return malformed("a merge is no pair");
    pairs.ranks_.emplace(std::move(pair), pairs.ranks_.size());
  }
  return pairs;
}

std::optional<std::int64_t> BytePairs::id_of(const std::string& token) const {
  auto found = ids_.find(token);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

void BytePairs::append(std::string_view word, std::string_view ending, std::int64_t unknown,
                       std::vector<std::int64_t>& ids) const {
  word = word.substr(0, word_bytes_max);
  if (word.empty()) return;
  std::vector<std::string> parts;
  for (char c : word) parts.push_back(byte_names().at(static_cast<unsigned char>(c)));
  parts.back() += ending;
  constexpr auto never = std::numeric_limits<std::size_t>::max();
  while (parts.size() > 1) {
    std::size_t best = never;
    std::size_t place = 0;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      auto rank = ranks_.find(parts[i] + " " + parts[i + 1]);
      if (rank == ranks_.end() || rank->second >= best) continue;
      best = rank->second;
      place = i;
    }
    if (best == never) break;
    parts[place] += parts[place + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(place) + 1);
  }
  for (const auto& part : parts) {
    ids.push_back(id_of(part).value_or(unknown));
  }
}

}  // namespace aiva
