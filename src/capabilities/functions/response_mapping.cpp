#include "capabilities/functions/response_mapping.h"

#include <charconv>

namespace aiva::functions {
namespace {

constexpr std::size_t mapping_bytes_max = 16 * 1024;
constexpr std::size_t mapping_depth_max = 16;

std::string_view text_of(const json::Value& value) {
  const auto& text = value.get_string();
  return {text.data(), text.size()};
}

// RFC 6901 section 4: "~1" is '/', "~0" is '~'; nothing else follows a '~'.
bool unescape(std::string_view token, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      out += token[i];
      continue;
    }
    ++i;
    if (i == token.size() || (token[i] != '0' && token[i] != '1')) return false;
    out += token[i] == '0' ? '~' : '/';
  }
  return true;
}

bool is_pointer(std::string_view text) {
  std::string ignored;
  return unescape(text, ignored);
}

const json::Value* step(const json::Value& value, const std::string& token) {
  if (const auto* object = value.if_object()) return object->if_contains(token);
  const auto* array = value.if_array();
  if (array == nullptr || token.empty()) return nullptr;
  std::size_t index = 0;
  auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  bool is_index = error == std::errc() && end == token.data() + token.size() &&
                  (token.size() == 1 || token.front() != '0');
  return is_index && index < array->size() ? &(*array)[index] : nullptr;
}

json::Value look_up(const json::Value& answer, std::string_view pointer) {
  const auto* at = &answer;
  std::string token;
  while (!pointer.empty() && at != nullptr) {
    pointer.remove_prefix(1);
    auto end = pointer.find('/');
    unescape(pointer.substr(0, end), token);
    at = step(*at, token);
    pointer = end == std::string_view::npos ? std::string_view() : pointer.substr(end);
  }
  return at == nullptr ? json::Value() : *at;
}

Result<void> check(const json::Value& shape) {
  if (shape.is_string()) {
    auto text = text_of(shape);
    if (text.starts_with('/') && !is_pointer(text))
      return fail(ErrorCode::invalid, "has a string that is no JSON pointer");
  }
  if (const auto* array = shape.if_array())
    for (const auto& item : *array) TRY_VOID(check(item));
  if (const auto* object = shape.if_object())
    for (const auto& member : *object) TRY_VOID(check(member.value()));
  return {};
}

json::Value fill(const json::Value& shape, const json::Value& answer) {
  if (shape.is_string() && text_of(shape).starts_with('/')) return look_up(answer, text_of(shape));
  if (const auto* array = shape.if_array()) {
    json::Array filled;
    for (const auto& item : *array) filled.push_back(fill(item, answer));
    return filled;
  }
  if (const auto* object = shape.if_object()) {
    json::Object filled;
    for (const auto& member : *object) filled.emplace(member.key(), fill(member.value(), answer));
    return filled;
  }
  return shape;
}

}  // namespace

Result<ResponseMapping> ResponseMapping::parse(std::string_view text) {
  ResponseMapping mapping;
  if (text.empty()) return mapping;
  TRY(mapping.shape_,
      json::parse(text, {.bytes_max = mapping_bytes_max, .depth_max = mapping_depth_max}));
  const auto& shape = mapping.shape_;
  bool has_form = shape.is_object() || shape.is_array() ||
                  (shape.is_string() && text_of(shape).starts_with('/'));
  if (!has_form)
    return fail(ErrorCode::invalid, "must be a JSON pointer, or an object or array with some");
  TRY_VOID(check(shape));
  mapping.has_shape_ = true;
  return mapping;
}

json::Value ResponseMapping::apply(const json::Value& answer) const {
  return has_shape_ ? fill(shape_, answer) : answer;
}

}  // namespace aiva::functions
