#include "capabilities/evaluation/setting.h"

#include <charconv>
#include <cmath>
#include <set>

#include "foundation/text/utf8.h"

namespace aiva::evaluation {
namespace {

constexpr std::size_t setting_bytes_max = 500;
constexpr double vector_weight_max = 10;
constexpr int chunk_size_min = 100;
constexpr int chunk_size_max = 8000;

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Error wrong(std::string_view setting, std::string message) {
  return {.code = ErrorCode::invalid,
          .message = "\"" + std::string(utf8_prefix(setting, 80)) + "\" is no setting: " + message};
}

// One name=value after the other into a setting.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), setting_{.name = std::string(text)} {}

  Result<Setting> read() {
    if (text_.size() > setting_bytes_max) return fail(wrong(text_, "it has more than 500 bytes"));
    for (auto rest = text_;;) {
      auto end = rest.find(',');
      TRY_VOID(take(rest.substr(0, end)));
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
    return finish();
  }

 private:
  Result<void> take(std::string_view pair) {
    auto equals = pair.find('=');
    auto name = pair.substr(0, equals);
    if (equals == std::string_view::npos || name.empty())
      return fail(wrong(text_, "\"" + std::string(pair) + "\" must be name=value"));
    if (!seen_.emplace(name).second)
      return fail(wrong(text_, std::string(name) + " is there twice"));
    auto value = pair.substr(equals + 1);
    if (name == "vector_weight") return take_weight(value);
    if (name == "lists") return take_lists(value);
    if (name == "chunk_size") return take_size(value);
    if (name == "chunk_overlap") return take_overlap(value);
    return fail(wrong(text_, "there is no \"" + std::string(name) +
                                 "\"; there are vector_weight, lists, chunk_size, chunk_overlap"));
  }

  Result<void> take_weight(std::string_view value) {
    auto weight = number_of<double>(value);
    if (!weight || !std::isfinite(*weight) || *weight < 0 || *weight > vector_weight_max)
      return fail(wrong(text_, "vector_weight must be a number between 0 and 10"));
    setting_.vector_weight = weight;
    return {};
  }

  Result<void> take_lists(std::string_view value) {
    for (auto lists : {Lists::both, Lists::vectors, Lists::words}) {
      if (value != to_string(lists)) continue;
      setting_.lists = lists;
      return {};
    }
    return fail(wrong(text_, "lists must be both, vectors or words"));
  }

  Result<void> take_size(std::string_view value) {
    auto size = number_of<int>(value);
    if (!size || (*size != 0 && (*size < chunk_size_min || *size > chunk_size_max)))
      return fail(
          wrong(text_, "chunk_size must be 0 (along the structure) or between 100 and 8000"));
    if (!setting_.chunks) setting_.chunks.emplace();
    setting_.chunks->chunk_size = *size;
    return {};
  }

  Result<void> take_overlap(std::string_view value) {
    auto overlap = number_of<int>(value);
    if (!overlap || *overlap < 0 || *overlap >= chunk_size_max)
      return fail(wrong(text_, "chunk_overlap must be between 0 and 7999"));
    if (!setting_.chunks) setting_.chunks.emplace();
    setting_.chunks->chunk_overlap = *overlap;
    return {};
  }

  Result<Setting> finish() {
    if (setting_.lists != Lists::both && setting_.vector_weight)
      return fail(wrong(text_, "vector_weight says nothing where only one list is used"));
    if (setting_.chunks && !seen_.contains("chunk_size"))
      return fail(wrong(text_, "chunk_overlap needs a chunk_size"));
    if (setting_.chunks && setting_.chunks->chunk_overlap > 0 &&
        setting_.chunks->chunk_overlap >= setting_.chunks->chunk_size)
      return fail(wrong(text_, "chunk_overlap must be less than chunk_size"));
    return setting_;
  }

  std::string_view text_;
  Setting setting_;
  std::set<std::string, std::less<>> seen_;
};

}  // namespace

std::string_view to_string(Lists lists) {
  switch (lists) {
    case Lists::both: return "both";
    case Lists::vectors: return "vectors";
    case Lists::words: return "words";
  }
  return "both";
}

Result<Setting> parse_setting(std::string_view text) { return Reader(text).read(); }

}  // namespace aiva::evaluation
