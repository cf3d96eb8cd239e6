#include <string>
#include <utility>

#include "adapters/onnx/internal/bert_words.h"
#include "adapters/onnx/internal/json_members.h"
#include "adapters/onnx/internal/text_pieces.h"
#include "adapters/onnx/piece_trie.h"
#include "foundation/text/utf8.h"

namespace aiva {
namespace {

constexpr std::size_t word_characters_usual = 100;
constexpr std::int64_t word_characters_most = 10'000;
constexpr std::int64_t id_max = 10'000'000;

using Pieces = std::vector<std::pair<std::string, std::int32_t>>;

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) next_code_point(text, at);
  return count;
}

struct WordPieceVocabulary {
  Pieces starts{};     // pieces that begin a word
  Pieces continues{};  // pieces that go on with one, without their prefix
  std::int32_t unknown = 0;
  std::size_t word_characters_max = word_characters_usual;
};

// Longest piece first (Wu et al. 2016, arXiv:1609.08144).
class WordPieces final : public TextPieces {
 public:
  WordPieces(WordPieceVocabulary vocabulary, BertWordRules rules)
      : starts_(std::move(vocabulary.starts)),
        continues_(std::move(vocabulary.continues)),
        unknown_(vocabulary.unknown),
        word_characters_max_(vocabulary.word_characters_max),
        rules_(rules) {}

  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text,
                                                 std::size_t count_max) const override {
    std::vector<std::int64_t> ids;
    for (const auto& word : split_bert_words(text, rules_)) {
      if (ids.size() >= count_max) break;
      append_word(word, ids);
    }
    if (ids.size() > count_max) ids.resize(count_max);
    return ids;
  }

 private:
  // A word that cannot be cut without rest is unknown as a whole.
  void append_word(std::string_view word, std::vector<std::int64_t>& ids) const {
    const auto before = ids.size();
    bool is_known = count_characters(word) <= word_characters_max_;
    for (std::size_t begin = 0; is_known && begin < word.size();) {
      auto [id, length] = longest(begin == 0 ? starts_ : continues_, word.substr(begin));
      is_known = length > 0;
      ids.push_back(id);
      begin += length;
    }
    if (is_known) return;
    ids.resize(before);
    ids.push_back(unknown_);
  }

  static std::pair<std::int32_t, std::size_t> longest(const PieceTrie& trie,
                                                      std::string_view text) {
    std::pair<std::int32_t, std::size_t> best{PieceTrie::none, 0};
    auto node = PieceTrie::root;
    for (std::size_t at = 0; at < text.size(); ++at) {
      node = trie.child(node, static_cast<unsigned char>(text[at]));
      if (node == PieceTrie::none) break;
      if (trie.id(node) != PieceTrie::none) best = {trie.id(node), at + 1};
    }
    return best;
  }

  PieceTrie starts_;
  PieceTrie continues_;
  std::int32_t unknown_;
  std::size_t word_characters_max_;
  BertWordRules rules_;
};

std::unexpected<Error> unfit(const std::string& why) {
  return fail(ErrorCode::invalid, "The tokenizer does not fit: " + why);
}

Result<BertWordRules> read_rules(const json::Object& tokenizer) {
  const auto* normalizer = object_in(tokenizer, "normalizer");
  const auto* splitter = object_in(tokenizer, "pre_tokenizer");
  if (normalizer == nullptr || text_in(*normalizer, "type") != "BertNormalizer" ||
      splitter == nullptr || text_in(*splitter, "type") != "BertPreTokenizer")
    return unfit("word pieces are read as BERT reads them only");
  BertWordRules rules;
  rules.cleans_text = boolean_in(*normalizer, "clean_text").value_or(true);
  rules.splits_ideographs = boolean_in(*normalizer, "handle_chinese_chars").value_or(true);
  rules.lowercases = boolean_in(*normalizer, "lowercase").value_or(true);
  rules.strips_accents = boolean_in(*normalizer, "strip_accents").value_or(rules.lowercases);
  return rules;
}

Result<WordPieceVocabulary> read_vocabulary(const json::Object& model) {
  const auto* vocab = object_in(model, "vocab");
  if (vocab == nullptr || vocab->empty()) return unfit("it has no vocabulary");
  auto prefix = text_in(model, "continuing_subword_prefix");
  if (prefix.empty()) return unfit("word pieces have no prefix");
  WordPieceVocabulary read;
  for (const auto& [key, value] : *vocab) {
    const auto* id = value.if_int64();
    if (id == nullptr || *id < 0 || *id > id_max) return unfit("an id is no number");
    std::string_view piece = key;
    bool is_start = !piece.starts_with(prefix);
    if (!is_start) piece.remove_prefix(prefix.size());
    if (piece.empty()) continue;
    (is_start ? read.starts : read.continues).emplace_back(piece, static_cast<std::int32_t>(*id));
  }
  auto unknown = integer_in(*vocab, text_in(model, "unk_token"));
  if (!unknown) return unfit("it has no mark for what is unknown");
  read.unknown = static_cast<std::int32_t>(*unknown);
  auto longest = integer_in(model, "max_input_chars_per_word");
  if (longest && *longest > 0 && *longest <= word_characters_most)
    read.word_characters_max = static_cast<std::size_t>(*longest);
  return read;
}

}  // namespace

Result<std::unique_ptr<TextPieces>> make_word_pieces(const json::Object& tokenizer) {
  TRY(auto rules, read_rules(tokenizer));
  const auto* model = object_in(tokenizer, "model");
  if (model == nullptr) return unfit("it has no model");
  TRY(auto vocabulary, read_vocabulary(*model));
  return std::make_unique<WordPieces>(std::move(vocabulary), rules);
}

}  // namespace aiva
