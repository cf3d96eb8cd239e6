#include "adapters/onnx/sentence_piece_tokenizer.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include "adapters/onnx/internal/piece_text.h"
#include "foundation/read_file.h"
#include "foundation/text/take_until.h"
#include "foundation/text/utf8.h"

namespace aiva {
namespace {

constexpr std::size_t file_bytes_max = 64UL * 1024 * 1024;
constexpr std::size_t pieces_max = 1'000'000;
constexpr std::size_t piece_bytes_max = 256;
constexpr std::string_view header_start = "aiva-pieces 1 ";
constexpr std::int32_t unknown_id = 0;

template <class Number>
std::optional<Number> to_number(std::string_view text) {
  Number number{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

std::unexpected<Error> malformed(const std::string& what) {
  return fail(ErrorCode::invalid, "The tokenizer's vocabulary is malformed: " + what);
}

// The best way to cut one word, found left to right. The scores run on from word to word, because
// a sum of exactly 0 counts as "not reached yet" in the reference implementation; we keep to it.
class WordCutter {
 public:
  WordCutter(const PieceTrie& trie, const std::vector<double>& scores)
      : trie_(trie), scores_(scores) {}

  // Appends the ids of the word's pieces, last piece first, to `reversed`.
  void cut(std::string_view word, std::vector<std::int32_t>& reversed) {
    best_.assign(word.size() + 1, 0);
    steps_.assign(word.size() + 1, Step{});
    best_[0] = total_;
    for (std::size_t start = 0; start < word.size(); start += character_length(word[start]))
      reach_from(word, start);
    total_ = best_[word.size()];
    for (std::size_t end = word.size(); end > 0; end = steps_[end].start)
      reversed.push_back(steps_[end].id);
  }

 private:
  struct Step {
    std::size_t start = 0;
    std::int32_t id = unknown_id;
  };

  void reach_from(std::string_view word, std::size_t start) {
    bool is_known = false;
    auto node = PieceTrie::root;
    for (std::size_t at = start; at < word.size(); ++at) {
      node = trie_.child(node, static_cast<unsigned char>(word[at]));
      if (node == PieceTrie::none) break;
      const auto id = trie_.id(node);
      if (id == PieceTrie::none) continue;
      is_known = true;
      offer(at + 1, {start, id}, scores_[static_cast<std::size_t>(id)] + best_[start]);
    }
    if (!is_known) offer(start + character_length(word[start]), {start, unknown_id}, best_[start]);
  }

  void offer(std::size_t end, Step step, double score) {
    if (best_[end] != 0 && score < best_[end]) return;
    best_[end] = score;
    steps_[end] = step;
  }

  const PieceTrie& trie_;
  const std::vector<double>& scores_;
  double total_ = 0;
  std::vector<double> best_;
  std::vector<Step> steps_;
};

// Calls `take(id)` for every piece of the text in order until it says false.
template <class Take>
void for_each_piece(const PieceTrie& trie, const std::vector<double>& scores, std::string_view text,
                    Take take) {
  const auto marked = mark_words(text);
  WordCutter cutter(trie, scores);
  std::vector<std::int32_t> reversed;
  auto last = PieceTrie::none;
  for (std::string_view rest = marked; !rest.empty();) {
    const auto end = std::min(rest.find(word_mark, word_mark.size()), rest.size());
    reversed.clear();
    cutter.cut(rest.substr(0, end), reversed);
    rest.remove_prefix(end);
    for (auto id = reversed.rbegin(); id != reversed.rend(); ++id) {
      const bool continues_unknown = *id == unknown_id && last == unknown_id;
      last = *id;
      if (!continues_unknown && !take(*id)) return;
    }
  }
}

}  // namespace

SentencePieceTokenizer::SentencePieceTokenizer(PieceTrie trie, std::vector<double> scores)
    : trie_(std::move(trie)), scores_(std::move(scores)) {}

Result<SentencePieceTokenizer> SentencePieceTokenizer::load(const std::filesystem::path& path) {
  auto text = read_file(path, file_bytes_max);
  if (!text)
    return fail(ErrorCode::unavailable, "The tokenizer's vocabulary cannot be read",
                text.error().cause);
  return parse(*text);
}

Result<SentencePieceTokenizer> SentencePieceTokenizer::parse(std::string_view vocab) {
  if (!vocab.starts_with(header_start)) return malformed("it has no header");
  vocab.remove_prefix(header_start.size());
  const auto count = to_number<std::size_t>(take_until(vocab, ' '));
  const auto reserved = to_number<std::size_t>(take_until(vocab, '\n'));
  if (!count || !reserved || *count > pieces_max || *reserved < 1 || *reserved >= *count)
    return malformed("its header has no sound counts");

  std::vector<double> scores;
  std::vector<std::pair<std::string, std::int32_t>> pieces;
  while (!vocab.empty()) {
    const auto line = "line " + std::to_string(scores.size() + 2);
    if (scores.size() == *count) return malformed("it is longer than its header says");
    const auto score = to_number<double>(take_until(vocab, '\t'));
    const auto piece = take_until(vocab, '\n');
    if (!score) return malformed(line + " has no score");
    if (piece.empty() || piece.size() > piece_bytes_max || !is_valid_utf8(piece))
      return malformed(line + " has no sound piece");
    if (piece.find(word_mark, 1) != std::string_view::npos)
      return malformed(line + " has a piece of more than one word");
    if (scores.size() >= *reserved)
      pieces.emplace_back(piece, static_cast<std::int32_t>(scores.size()));
    scores.push_back(*score);
  }
  if (scores.size() != *count) return malformed("it is shorter than its header says");
  return SentencePieceTokenizer(PieceTrie(std::move(pieces)), std::move(scores));
}

std::vector<std::int64_t> SentencePieceTokenizer::encode(std::string_view text,
                                                         std::size_t tokens_max) const {
  std::vector<std::int64_t> ids;
  if (tokens_max == 0) return ids;
  for_each_piece(trie_, scores_, text, [&](std::int32_t id) {
    ids.push_back(id);
    return ids.size() < tokens_max;
  });
  return ids;
}

std::size_t SentencePieceTokenizer::count_tokens(std::string_view text) const {
  std::size_t count = 0;
  for_each_piece(trie_, scores_, text, [&](std::int32_t) {
    ++count;
    return true;
  });
  return count;
}

Result<std::function<int(std::string_view)>> make_token_counter(
    const std::filesystem::path& vocab_path) {
  TRY(auto loaded, SentencePieceTokenizer::load(vocab_path));
  // Shared, because a std::function is copied.
  auto tokenizer = std::make_shared<const SentencePieceTokenizer>(std::move(loaded));
  return [tokenizer](std::string_view text) {
    return static_cast<int>(tokenizer->count_tokens(text));
  };
}

}  // namespace aiva
