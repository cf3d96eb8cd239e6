#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "adapters/onnx/internal/json_members.h"
#include "adapters/onnx/internal/piece_text.h"
#include "adapters/onnx/internal/text_pieces.h"
#include "adapters/onnx/piece_trie.h"
#include "foundation/text/utf8.h"

namespace aiva {
namespace {

constexpr std::size_t pieces_max = 2'000'000;
constexpr double unknown_penalty = 10;  // below the rarest piece

// What these do to text `mark_words` does, too, as nearly as it matters.
constexpr std::array<std::string_view, 5> known_normalizers = {"Precompiled", "NFKC", "Nmt",
                                                               "Replace", "Strip"};

std::unexpected<Error> unfit(const std::string& why) {
  return fail(ErrorCode::invalid, "The tokenizer does not fit: " + why);
}

struct UnigramVocabulary {
  std::vector<std::pair<std::string, std::int32_t>> pieces{};
  std::vector<double> scores{};
  double unknown_score = 0;
  std::int32_t unknown = 0;
};

// The cut of each word whose pieces' scores add up highest (Kudo 2018, arXiv:1804.10959).
class UnigramPieces final : public TextPieces {
 public:
  explicit UnigramPieces(UnigramVocabulary vocabulary)
      : trie_(std::move(vocabulary.pieces)),
        scores_(std::move(vocabulary.scores)),
        unknown_score_(vocabulary.unknown_score),
        unknown_(vocabulary.unknown) {}

  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text,
                                                 std::size_t count_max) const override {
    const auto marked = mark_words(text);
    std::vector<std::int64_t> ids;
    for (std::string_view rest = marked; !rest.empty() && ids.size() < count_max;) {
      const auto end = std::min(rest.find(word_mark, word_mark.size()), rest.size());
      append_word(rest.substr(0, end), ids);
      rest.remove_prefix(end);
    }
    if (ids.size() > count_max) ids.resize(count_max);
    return ids;
  }

 private:
  // The best way to a place in a word.
  struct Step {
    double score = -std::numeric_limits<double>::infinity();
    std::size_t start = 0;
    std::int32_t id = 0;
  };

  void append_word(std::string_view word, std::vector<std::int64_t>& ids) const {
    std::vector<Step> steps(word.size() + 1);
    steps[0].score = 0;
    for (std::size_t start = 0; start < word.size();) {
      auto next = start;
      next_code_point(word, next);
      reach_from(word, start, next - start, steps);
      start = next;
    }
    const auto before = ids.size();
    for (auto end = word.size(); end > 0; end = steps[end].start) {
      // A run of unknown characters is one piece.
      bool goes_on = ids.size() > before && ids.back() == unknown_ && steps[end].id == unknown_;
      if (!goes_on) ids.push_back(steps[end].id);
    }
    std::reverse(ids.begin() + static_cast<std::ptrdiff_t>(before), ids.end());
  }

  void reach_from(std::string_view word, std::size_t start, std::size_t character,
                  std::vector<Step>& steps) const {
    auto offer = [&](std::size_t end, double score, std::int32_t id) {
      if (steps[start].score + score > steps[end].score)
        steps[end] = {.score = steps[start].score + score, .start = start, .id = id};
    };
    bool has_single = false;
    auto node = PieceTrie::root;
    for (auto at = start; at < word.size(); ++at) {
      node = trie_.child(node, static_cast<unsigned char>(word[at]));
      if (node == PieceTrie::none) break;
      const auto id = trie_.id(node);
      if (id == PieceTrie::none) continue;
      has_single |= at + 1 - start == character;
      offer(at + 1, scores_[static_cast<std::size_t>(id)], id);
    }
    if (!has_single) offer(start + character, unknown_score_, unknown_);
  }

  PieceTrie trie_;
  std::vector<double> scores_;
  double unknown_score_;
  std::int32_t unknown_;
};

bool is_known_normalizer(const json::Object& normalizer) {
  auto type = text_in(normalizer, "type");
  if (type != "Sequence")
    return std::ranges::find(known_normalizers, type) != known_normalizers.end();
  const auto* parts = array_in(normalizer, "normalizers");
  return parts != nullptr && std::ranges::all_of(*parts, [](const json::Value& part) {
           const auto* object = part.if_object();
           return object != nullptr && text_in(*object, "type") != "Sequence" &&
                  is_known_normalizer(*object);
         });
}

// Marks like <s>: never cut out of a text.
std::set<std::string, std::less<>> read_marks(const json::Object& tokenizer) {
  std::set<std::string, std::less<>> marks;
  const auto* added = array_in(tokenizer, "added_tokens");
  if (added == nullptr) return marks;
  for (const auto& entry : *added)
    if (const auto* object = entry.if_object()) marks.emplace(text_in(*object, "content"));
  return marks;
}

Result<UnigramVocabulary> read_vocabulary(const json::Object& tokenizer,
                                          const json::Object& model) {
  const auto* vocab = array_in(model, "vocab");
  auto unknown = integer_in(model, "unk_id");
  if (vocab == nullptr || vocab->empty() || vocab->size() > pieces_max)
    return unfit("it has no vocabulary");
  if (!unknown || *unknown < 0 || static_cast<std::size_t>(*unknown) >= vocab->size())
    return unfit("it has no mark for what is unknown");
  auto marks = read_marks(tokenizer);
  UnigramVocabulary read;
  read.unknown = static_cast<std::int32_t>(*unknown);
  double lowest = 0;
  for (const auto& entry : *vocab) {
    const auto* pair = entry.if_array();
    const auto* piece = pair == nullptr || pair->size() != 2 ? nullptr : (*pair)[0].if_string();
    boost::system::error_code error;
    double score = piece == nullptr ? 0 : (*pair)[1].to_number<double>(error);
    if (piece == nullptr || error) return unfit("a piece is no text with a score");
    auto id = static_cast<std::int32_t>(read.scores.size());
    std::string_view text(*piece);
    if (!text.empty() && id != read.unknown && !marks.contains(text))
      read.pieces.emplace_back(text, id);
    lowest = std::min(lowest, score);
    read.scores.push_back(score);
  }
  read.unknown_score = lowest - unknown_penalty;
  return read;
}

}  // namespace

Result<std::unique_ptr<TextPieces>> make_unigram_pieces(const json::Object& tokenizer) {
  const auto* normalizer = object_in(tokenizer, "normalizer");
  if (normalizer != nullptr && !is_known_normalizer(*normalizer))
    return unfit("its text is made ready in a way that is not known here");
  const auto* model = object_in(tokenizer, "model");
  if (model == nullptr) return unfit("it has no model");
  TRY(auto vocabulary, read_vocabulary(tokenizer, *model));
  return std::make_unique<UnigramPieces>(std::move(vocabulary));
}

}  // namespace aiva
