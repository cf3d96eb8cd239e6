#include "adapters/onnx/text_pair_tokenizer.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "adapters/onnx/internal/json_members.h"
#include "foundation/read_file.h"

namespace aiva {
namespace {

constexpr std::size_t file_bytes_max = 128UL * 1024 * 1024;
constexpr std::size_t places_max = 64;
constexpr std::int64_t tokens_most = 1'000'000;

std::unexpected<Error> unfit(const std::string& why) {
  return fail(ErrorCode::invalid, "The tokenizer does not fit: " + why);
}

Result<std::unique_ptr<TextPieces>> make_pieces(const json::Object& tokenizer) {
  const auto* model = object_in(tokenizer, "model");
  auto type = model == nullptr ? std::string_view() : text_in(*model, "type");
  if (type == "WordPiece") return make_word_pieces(tokenizer);
  if (type == "Unigram") return make_unigram_pieces(tokenizer);
  if (type == "BPE") return make_byte_pair_pieces(tokenizer);
  return unfit("its pieces are of an unknown kind");
}

}  // namespace

// Reads the parts of the file that are not about pieces.
struct TextPairTokenizer::Reading {
  const json::Object& tokenizer;
  TextPairTokenizer& made;

  // ["[SEP]", 102]
  static Result<std::int64_t> read_mark(const json::Object& processor, std::string_view name) {
    const auto* pair = array_in(processor, name);
    const auto* id = pair == nullptr || pair->size() != 2 ? nullptr : (*pair)[1].if_int64();
    if (id == nullptr) return unfit("its mark " + std::string(name) + " has no id");
    return *id;
  }

  // Where the marks of the two older forms of a template stand.
  Result<void> read_fixed(const json::Object& processor, bool is_roberta) const {
    TRY(auto begin, read_mark(processor, "cls"));
    TRY(auto end, read_mark(processor, "sep"));
    std::int64_t second_type = is_roberta ? 0 : 1;
    std::vector<std::int64_t> between(is_roberta ? 2 : 1, end);
    using Kind = Place::Kind;
    made.places_ = {{Kind::marks, {begin}, 0},
                    {Kind::first, {}, 0},
                    {Kind::marks, std::move(between), 0},
                    {Kind::second, {}, second_type},
                    {Kind::marks, {end}, second_type}};
    return {};
  }

  static Result<std::vector<std::int64_t>> read_ids(const json::Object& processor,
                                                    std::string_view name) {
    const auto* marks = object_in(processor, "special_tokens");
    const auto* mark = marks == nullptr ? nullptr : object_in(*marks, name);
    const auto* list = mark == nullptr ? nullptr : array_in(*mark, "ids");
    if (list == nullptr || list->size() > places_max)
      return unfit("its template has a mark without ids");
    std::vector<std::int64_t> ids;
    for (const auto& id : *list) {
      if (!id.is_int64()) return unfit("the id of a mark is no number");
      ids.push_back(id.get_int64());
    }
    return ids;
  }

  static Result<Place> read_place(const json::Object& processor, const json::Value& entry) {
    const auto* object = entry.if_object();
    if (object == nullptr) return unfit("its template is malformed");
    Place place;
    const auto* part = object_in(*object, "Sequence");
    if (part != nullptr) {
      auto name = text_in(*part, "id");
      if (name != "A" && name != "B") return unfit("its template names another text");
      place.kind = name == "A" ? Place::Kind::first : Place::Kind::second;
    } else {
      part = object_in(*object, "SpecialToken");
      if (part == nullptr) return unfit("its template is malformed");
      TRY(place.ids, read_ids(processor, text_in(*part, "id")));
    }
    place.type = integer_in(*part, "type_id").value_or(0);
    return place;
  }

  Result<void> read_template(const json::Object& processor) const {
    const auto* pair = array_in(processor, "pair");
    if (pair == nullptr || pair->size() > places_max) return unfit("it has no template of pairs");
    for (const auto& entry : *pair) {
      TRY(auto place, read_place(processor, entry));
      made.places_.push_back(std::move(place));
    }
    return {};
  }

  Result<void> read_processor(const json::Object& processor) const {
    auto type = text_in(processor, "type");
    if (type == "BertProcessing") return read_fixed(processor, false);
    if (type == "RobertaProcessing") return read_fixed(processor, true);
    if (type == "TemplateProcessing") return read_template(processor);
    if (type != "Sequence") return unfit("its template of pairs is of an unknown kind");
    const auto* parts = array_in(processor, "processors");
    if (parts == nullptr) return unfit("it has no template of pairs");
    for (const auto& part : *parts) {
      const auto* object = part.if_object();
      if (object == nullptr || text_in(*object, "type") == "Sequence")
        return unfit("its template of pairs is of an unknown kind");
      if (text_in(*object, "type") != "ByteLevel") return read_processor(*object);
    }
    return unfit("it has no template of pairs");
  }

  Result<void> read_places() const {
    const auto* processor = object_in(tokenizer, "post_processor");
    if (processor == nullptr) return unfit("it has no template of pairs");
    TRY_VOID(read_processor(*processor));
    for (auto kind : {Place::Kind::first, Place::Kind::second})
      if (std::ranges::count(made.places_, kind, &Place::kind) != 1)
        return unfit("its template does not hold each text once");
    return {};
  }

  void read_pad() const {
    if (const auto* padding = object_in(tokenizer, "padding")) {
      made.pad_id_ = integer_in(*padding, "pad_id").value_or(0);
      return;
    }
    const auto* added = array_in(tokenizer, "added_tokens");
    if (added == nullptr) return;
    for (const auto& entry : *added) {
      const auto* object = entry.if_object();
      if (object == nullptr) continue;
      auto name = text_in(*object, "content");
      if (name == "[PAD]" || name == "<pad>") made.pad_id_ = integer_in(*object, "id").value_or(0);
    }
  }

  void read_limit() const {
    const auto* truncation = object_in(tokenizer, "truncation");
    auto longest = truncation == nullptr ? std::nullopt : integer_in(*truncation, "max_length");
    if (longest && *longest > 0 && *longest < tokens_most)
      made.tokens_max_ = static_cast<std::size_t>(*longest);
  }
};

Result<TextPairTokenizer> TextPairTokenizer::load(const std::filesystem::path& tokenizer_json) {
  auto text = read_file(tokenizer_json, file_bytes_max);
  if (!text) return fail(ErrorCode::unavailable, "A tokenizer cannot be read", text.error().cause);
  return parse(*text);
}

Result<TextPairTokenizer> TextPairTokenizer::parse(std::string_view tokenizer_json) {
  TRY(auto document, json::parse(tokenizer_json, {.bytes_max = file_bytes_max}));
  const auto* tokenizer = document.if_object();
  if (tokenizer == nullptr) return unfit("it is no object");
  TextPairTokenizer made;
  TRY(made.pieces_, make_pieces(*tokenizer));
  Reading reading{*tokenizer, made};
  TRY_VOID(reading.read_places());
  reading.read_pad();
  reading.read_limit();
  return made;
}

std::vector<std::int64_t> TextPairTokenizer::encode(std::string_view text,
                                                    std::size_t count_max) const {
  return pieces_->encode(text, count_max);
}

std::size_t TextPairTokenizer::marks_count() const {
  std::size_t count = 0;
  for (const auto& place : places_) count += place.ids.size();
  return count;
}

TokenPair TextPairTokenizer::join(std::span<const std::int64_t> first,
                                  std::span<const std::int64_t> second,
                                  std::size_t tokens_max) const {
  const auto room = tokens_max - std::min(marks_count(), tokens_max);
  if (first.size() + second.size() > room) {
    bool is_first_shorter = first.size() <= second.size();
    auto& shorter = is_first_shorter ? first : second;
    auto& longer = is_first_shorter ? second : first;
    if (shorter.size() > room / 2) shorter = shorter.first(room / 2);
    longer = longer.first(std::min(longer.size(), room - shorter.size()));
  }
  TokenPair pair;
  for (const auto& place : places_) {
    std::span<const std::int64_t> ids = place.ids;
    if (place.kind == Place::Kind::first) ids = first;
    if (place.kind == Place::Kind::second) ids = second;
    pair.ids.insert(pair.ids.end(), ids.begin(), ids.end());
    pair.types.resize(pair.ids.size(), place.type);
  }
  return pair;
}

}  // namespace aiva
