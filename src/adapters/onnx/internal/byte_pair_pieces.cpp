#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "adapters/onnx/internal/byte_pairs.h"
#include "adapters/onnx/internal/json_members.h"
#include "adapters/onnx/internal/text_pieces.h"
#include "foundation/text/utf8.h"

namespace aiva {
namespace {

constexpr std::array<std::string_view, 7> contractions = {"'s", "'t",  "'re", "'ve",
                                                          "'m", "'ll", "'d"};

enum class Sort { space, letter, digit, other };

Sort sort_of(char32_t character) {
  auto c = static_cast<UChar32>(character);
  if (u_isUWhiteSpace(c) != 0) return Sort::space;
  auto mask = U_GET_GC_MASK(c);
  if ((mask & U_GC_L_MASK) != 0) return Sort::letter;
  return (mask & U_GC_N_MASK) != 0 ? Sort::digit : Sort::other;
}

// Where the run of characters of the sort of the one at `at` ends.
std::size_t end_of_run(std::string_view text, std::size_t at, Sort sort) {
  auto end = at;
  for (auto next = at; next < text.size() && sort_of(next_code_point(text, next)) == sort;)
    end = next;
  return end;
}

Sort sort_at(std::string_view text, std::size_t at) { return sort_of(next_code_point(text, at)); }

// The length of the first word of a text that is not empty, by GPT-2's pattern:
// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
std::size_t first_word(std::string_view text) {
  auto known = std::ranges::find_if(
      contractions, [text](std::string_view word) { return text.starts_with(word); });
  if (known != contractions.end()) return known->size();
  std::size_t begin = text.front() == ' ' && text.size() > 1 ? 1 : 0;
  auto sort = sort_at(text, begin);
  if (sort != Sort::space) return end_of_run(text, begin, sort);
  // White space; its last character belongs to the word behind it.
  auto end = end_of_run(text, 0, Sort::space);
  if (end == text.size()) return end;
  std::size_t last = 0;
  for (std::size_t at = 0; at < end;) {
    last = at;
    next_code_point(text, at);
  }
  return last > 0 ? last : end;
}

// The pieces of RoBERTa and those after it.
class BytePairPieces final : public TextPieces {
 public:
  BytePairPieces(BytePairs pairs, std::int64_t unknown, bool adds_space)
      : pairs_(std::move(pairs)), unknown_(unknown), adds_space_(adds_space) {}

  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text,
                                                 std::size_t count_max) const override {
    auto repaired = repair_utf8(text);
    bool wants_space = adds_space_ && !repaired.empty() && sort_at(repaired, 0) != Sort::space;
    if (wants_space) repaired.insert(0, " ");
    std::vector<std::int64_t> ids;
    for (std::string_view rest = repaired; !rest.empty() && ids.size() < count_max;) {
      const auto length = first_word(rest);
      pairs_.append(rest.substr(0, length), "", unknown_, ids);
      rest.remove_prefix(length);
    }
    if (ids.size() > count_max) ids.resize(count_max);
    return ids;
  }

 private:
  BytePairs pairs_;
  std::int64_t unknown_;
  bool adds_space_;
};

std::unexpected<Error> unfit(const std::string& why) {
  return fail(ErrorCode::invalid, "The tokenizer does not fit: " + why);
}

}  // namespace

Result<std::unique_ptr<TextPieces>> make_byte_pair_pieces(const json::Object& tokenizer) {
  const auto* splitter = object_in(tokenizer, "pre_tokenizer");
  const auto* model = object_in(tokenizer, "model");
  bool is_plain = object_in(tokenizer, "normalizer") == nullptr;
  if (splitter == nullptr || text_in(*splitter, "type") != "ByteLevel" || !is_plain)
    return unfit("byte pairs are read as RoBERTa reads them only");
  if (model == nullptr) return unfit("it has no model");
  TRY(auto pairs, BytePairs::read(*model));
  auto unknown = pairs.id_of("<unk>");
  if (!unknown) return unfit("it has no mark for what is unknown");
  bool adds_space = boolean_in(*splitter, "add_prefix_space").value_or(false);
  return std::make_unique<BytePairPieces>(std::move(pairs), *unknown, adds_space);
}

}  // namespace aiva
