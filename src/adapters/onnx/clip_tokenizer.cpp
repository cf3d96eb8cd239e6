#include "adapters/onnx/clip_tokenizer.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <limits>

#include "foundation/json.h"
#include "foundation/text/utf8.h"

namespace aiva {
namespace {

constexpr std::size_t file_bytes_max = 64UL * 1024 * 1024;
constexpr std::size_t text_bytes_read = 8192;  // more than any 77 tokens need
constexpr std::size_t word_bytes_max = 512;    // joining takes time by the square of it
constexpr std::string_view end_of_word = "</w>";
constexpr std::array<std::string_view, 7> contractions = {"'s", "'t",  "'re", "'ve",
                                                          "'m", "'ll", "'d"};

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

// Composed and in lower case.
std::string normalise(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* composer = icu::Normalizer2::getNFCInstance(status);
  auto wide = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  if (U_SUCCESS(status)) wide = composer->normalize(wide, status);
  std::string lower;
  wide.toLower().toUTF8String(lower);
  return lower;
}

enum class Sort { space, letter, digit, other };

Sort sort_of(UChar32 character) {
  if (u_isUWhiteSpace(character) != 0) return Sort::space;
  auto mask = U_GET_GC_MASK(character);
  if ((mask & U_GC_L_MASK) != 0) return Sort::letter;
  if ((mask & U_GC_N_MASK) != 0) return Sort::digit;
  return Sort::other;
}

// The sort of the character at `at`, which moves behind it.
Sort next_sort(std::string_view text, std::size_t& at) {
  UChar32 character = 0;
  U8_NEXT_OR_FFFD(text.data(), at, text.size(), character);
  return sort_of(character);
}

// Calls each(word): 's|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+
template <class Each>
void split_words(std::string_view text, Each each) {
  while (!text.empty()) {
    auto starts_with = [text](std::string_view word) { return text.starts_with(word); };
    auto known = std::ranges::find_if(contractions, starts_with);
    std::size_t end = 0;
    if (known != contractions.end()) {
      end = known->size();
    } else {
      auto sort = next_sort(text, end);
      bool is_run = sort == Sort::letter || sort == Sort::other;
      for (auto next = end; is_run && next < text.size() && next_sort(text, next) == sort;)
        end = next;
      if (sort == Sort::space) {
        text.remove_prefix(end);
        continue;
      }
    }
    each(text.substr(0, end));
    text.remove_prefix(end);
  }
}

Result<json::Value> read_json(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return fail(ErrorCode::unavailable, "A tokenizer cannot be read", path.string());
  return json::parse(text, {.bytes_max = file_bytes_max});
}

const json::Value* find(const json::Value& value, std::string_view key) {
  const auto* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(key);
}

// "a b", or ["a", "b"].
std::string read_pair(const json::Value& entry) {
  if (const auto* text = entry.if_string()) return std::string(*text);
  const auto* pair = entry.if_array();
  if (pair == nullptr || pair->size() != 2) return {};
  const auto* left = (*pair)[0].if_string();
  const auto* right = (*pair)[1].if_string();
  if (left == nullptr || right == nullptr) return {};
  return std::string(*left) + " " + std::string(*right);
}

}  // namespace

Result<ClipTokenizer> ClipTokenizer::load(const std::filesystem::path& tokenizer_json) {
  TRY(auto document, read_json(tokenizer_json));
  auto malformed = [&tokenizer_json](const char* why) {
    return fail(ErrorCode::invalid, "The tokenizer is none of CLIP's",
                tokenizer_json.string() + ": " + why);
  };
  const auto* model = find(document, "model");
  const auto* vocab = model == nullptr ? nullptr : find(*model, "vocab");
  const auto* merges = model == nullptr ? nullptr : find(*model, "merges");
  if (vocab == nullptr || !vocab->is_object()) return malformed("it has no vocabulary");
  if (merges == nullptr || !merges->is_array()) return malformed("it has no merges");
  ClipTokenizer tokenizer;
  for (const auto& [token, id] : vocab->get_object()) {
    if (!id.is_int64()) return malformed("an id is no number");
    tokenizer.ids_.emplace(token, id.get_int64());
  }
  for (const auto& entry : merges->get_array()) {
    auto pair = read_pair(entry);
    if (pair.empty()) return malformed("a merge is no pair");
    tokenizer.ranks_.emplace(std::move(pair), tokenizer.ranks_.size());
  }
  auto start = tokenizer.ids_.find("<|startoftext|>");
  auto end = tokenizer.ids_.find("<|endoftext|>");
  if (start == tokenizer.ids_.end() || end == tokenizer.ids_.end())
    return malformed("it has no marks of start and end");
  tokenizer.start_ = start->second;
  tokenizer.end_ = end->second;
  return tokenizer;
}

std::vector<std::int64_t> ClipTokenizer::encode(std::string_view text,
                                                std::size_t count_max) const {
  std::vector<std::int64_t> ids{start_};
  auto normal = normalise(utf8_prefix(text, text_bytes_read));
  split_words(normal, [&](std::string_view word) {
    if (ids.size() < count_max) append_word(word.substr(0, word_bytes_max), ids);
  });
  if (ids.size() > count_max - 1) ids.resize(count_max - 1);
  ids.push_back(end_);
  return ids;
}

void ClipTokenizer::append_word(std::string_view word, std::vector<std::int64_t>& ids) const {
  std::vector<std::string> parts;
  for (char c : word) parts.push_back(byte_names().at(static_cast<unsigned char>(c)));
  parts.back() += end_of_word;
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
    auto id = ids_.find(part);
    ids.push_back(id == ids_.end() ? end_ : id->second);
  }
}

}  // namespace aiva
