#include "convert_sentence_encoder/piece_list.h"

#include <array>
#include <charconv>
#include <optional>

#include "foundation/json.h"

namespace aiva::convert {
namespace {

// Ids below this stand for the unknown piece and control symbols and never match text.
constexpr int reserved_ids = 6;
// The scores are decimal numbers of at most 12 digits; more would only show rounding.
constexpr int score_digits = 13;

std::string format_score(double score) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), score,
                                 std::chars_format::general, score_digits);
  return {text.data(), end.ptr};
}

std::optional<double> read_score(const json::Value& value) {
  if (value.is_null()) return 0;
  if (!value.is_number()) return std::nullopt;
  return value.to_number<double>();
}

}  // namespace

Result<std::string> make_piece_list(std::string_view vocab_json) {
  TRY(auto document, json::parse(vocab_json));
  const auto* pieces = document.if_array();
  if (pieces == nullptr || pieces->size() <= reserved_ids)
    return fail(ErrorCode::invalid, "vocab.json is no list of pieces");
  std::string list =
      "aiva-pieces 1 " + std::to_string(pieces->size()) + " " + std::to_string(reserved_ids) + "\n";
  for (const auto& entry : *pieces) {
    const auto* pair = entry.if_array();
    if (pair == nullptr || pair->size() != 2 || !pair->front().is_string())
      return fail(ErrorCode::invalid, "vocab.json has an entry that is no [piece, score]");
    const std::string_view piece = pair->front().get_string();
    const auto score = read_score(pair->back());
    if (piece.empty() || piece.find_first_of("\t\n") != std::string_view::npos || !score)
      return fail(ErrorCode::invalid, "vocab.json has a malformed piece");
    list += format_score(*score) + "\t" + std::string(piece) + "\n";
  }
  return list;
}

}  // namespace aiva::convert
