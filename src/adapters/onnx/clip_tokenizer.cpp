#include "adapters/onnx/clip_tokenizer.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/onnx/internal/json_members.h"
#include "foundation/json.h"
#include "foundation/read_file.h"
#include "foundation/text/utf8.h"

namespace aiva {
namespace {

constexpr std::size_t file_bytes_max = 64UL * 1024 * 1024;
constexpr std::size_t text_bytes_read = 8192;  // more than any 77 tokens need
constexpr std::string_view end_of_word = "</w>";
constexpr std::array<std::string_view, 7> contractions = {"'s", "'t",  "'re", "'ve",
                                                          "'m", "'ll", "'d"};

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
  auto text = read_file(path, file_bytes_max);
  if (!text) return fail(ErrorCode::unavailable, "A tokenizer cannot be read", text.error().cause);
  return json::parse(*text, {.bytes_max = file_bytes_max});
}

}  // namespace

Result<ClipTokenizer> ClipTokenizer::load(const std::filesystem::path& tokenizer_json) {
  TRY(auto document, read_json(tokenizer_json));
  auto malformed = [&tokenizer_json](const char* why) {
    return fail(ErrorCode::invalid, "The tokenizer is none of CLIP's",
                tokenizer_json.string() + ": " + why);
  };
  const auto* object = document.if_object();
  const auto* model = object == nullptr ? nullptr : object_in(*object, "model");
  if (model == nullptr) return malformed("it has no model");
  ClipTokenizer tokenizer;
  auto pairs = BytePairs::read(*model);
  if (!pairs) return malformed(pairs.error().message.c_str());
  tokenizer.pairs_ = std::move(*pairs);
  auto start = tokenizer.pairs_.id_of("<|startoftext|>");
  auto end = tokenizer.pairs_.id_of("<|endoftext|>");
  if (!start || !end) return malformed("it has no marks of start and end");
  tokenizer.start_ = *start;
  tokenizer.end_ = *end;
  return tokenizer;
}

std::vector<std::int64_t> ClipTokenizer::encode(std::string_view text,
                                                std::size_t count_max) const {
  std::vector<std::int64_t> ids{start_};
  auto normal = normalise(utf8_prefix(text, text_bytes_read));
  split_words(normal, [&](std::string_view word) {
    if (ids.size() < count_max) pairs_.append(word, end_of_word, end_, ids);
  });
  if (ids.size() > count_max - 1) ids.resize(count_max - 1);
  ids.push_back(end_);
  return ids;
}

}  // namespace aiva
