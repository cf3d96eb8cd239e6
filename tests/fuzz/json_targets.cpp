#include "json_targets.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "documents/formats/json_tape.h"
#include "foundation/flat_object.h"
#include "foundation/json.h"
#include "foundation/json_schema/schema.h"
#include "foundation/text/utf8.h"

namespace aiva::fuzz {
namespace {

using documents::JsonKind;
using documents::JsonNode;
using documents::JsonTape;

// The escapes of these two become blanks on a tape.
std::string with_blanks(std::string_view text) {
  std::string out(text);
  std::ranges::replace(out, '\b', ' ');
  std::ranges::replace(out, '\f', ' ');
  return out;
}

bool is_same_text(const JsonTape& tape, const JsonNode& node, std::string_view text) {
  return node.kind == JsonKind::text && with_blanks(tape.text_of(node)) == with_blanks(text);
}

// Whether the node at `at`, and all it holds, is the value; moves `at` behind it. Of several
// members of one name Boost keeps the last, so objects are compared member by member only where
// names differ.
bool is_same(const JsonTape& tape, std::size_t& at, const json::Value& value) {
  const auto& node = tape.nodes()[at++];
  switch (value.kind()) {
    case boost::json::kind::null: return node.kind == JsonKind::null;
    case boost::json::kind::bool_:
      return node.kind == JsonKind::boolean &&
             tape.text_of(node) == (value.get_bool() ? "true" : "false");
    case boost::json::kind::string: return is_same_text(tape, node, value.get_string());
    case boost::json::kind::array:
      return node.kind == JsonKind::array &&
             std::ranges::all_of(value.get_array(),
                                 [&](const auto& element) {
                                   return at < node.next && is_same(tape, at, element);
                                 }) &&
             at == node.next;
    case boost::json::kind::object: break;
    default: return node.kind == JsonKind::number;
  }
  if (node.kind != JsonKind::object) return false;
  std::size_t members = 0;
  for (auto name = at; name < node.next; name = tape.nodes()[name + 1].next) ++members;
  if (members == value.get_object().size()) {
    for (const auto& [name, member] : value.get_object()) {
      if (!is_same_text(tape, tape.nodes()[at++], name)) return false;
      if (!is_same(tape, at, member)) return false;
    }
  }
  at = node.next;
  return members >= value.get_object().size();
}

// Whether it may hold what documents are read with and Boost refuses: control characters and halves
// of surrogate pairs in texts, bytes that are not UTF-8, huge numbers, deep values.
bool is_only_ours(std::string_view bytes) {
  auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' '; };
  auto opens = [](char c) { return c == '[' || c == '{'; };
  return !is_valid_utf8(bytes) || std::ranges::any_of(bytes, is_control) ||
         bytes.find("\\ud") != std::string_view::npos ||
         bytes.find("\\uD") != std::string_view::npos ||
         bytes.find_first_of("eE") != std::string_view::npos ||
         std::ranges::count_if(bytes, opens) > 60;
}

void compare_tape(std::string_view bytes, const Result<json::Value>& value) {
  JsonTape tape(bytes);
  std::size_t end = 0;
  bool is_read = tape.read(end).has_value();
  for (const auto& node : tape.nodes())
    if (is_read) (void)tape.text_of(node);
  bool is_all = is_read && bytes.find_first_not_of(" \t\r\n", end) == std::string_view::npos;
  if (is_all && !value && !is_only_ours(bytes)) std::abort();
  if (!value) return;
  std::size_t at = 0;
  if (!is_all || !is_same(tape, at, *value)) std::abort();
}

void compare_flat_object(std::string_view bytes, const Result<json::Value>& value) {
  FlatObject flat(bytes);
  if (!flat.begin()) return;
  do {
    auto member = flat.next();
    if (!member) return;
    if (!value) continue;
    const auto* object = value->if_object();
    if (object == nullptr || !object->contains(member->name)) std::abort();
  } while (flat.has_more());
  // Whether texts are UTF-8 it does not look at.
  if (flat.end() && !value && is_valid_utf8(bytes)) std::abort();
}

}  // namespace

void compare_json(std::string_view bytes) {
  auto value = json::parse(bytes);
  compare_tape(bytes, value);
  compare_flat_object(bytes, value);
}

void check_json_schema(std::string_view bytes) {
  auto end = bytes.find('\n');
  auto schema = json::Schema::parse(bytes.substr(0, end), "parameters");
  if (!schema) {
    bool has_place = !schema.error().details.empty() &&
                     schema.error().details.front().field.starts_with("parameters");
    if (!has_place) std::abort();
    return;
  }
  if (end == std::string_view::npos) return;
  auto value = json::parse(bytes.substr(end + 1), {.bytes_max = 64 * 1024, .depth_max = 32});
  if (!value) return;
  auto mistakes = schema->check(*value);
  if (mistakes.size() > 20) std::abort();
  // What is said goes into answers, which are UTF-8.
  for (const auto& mistake : mistakes)
    if (!is_valid_utf8(mistake.message)) std::abort();
}

}  // namespace aiva::fuzz
