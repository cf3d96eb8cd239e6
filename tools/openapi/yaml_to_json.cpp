#include "openapi/yaml_to_json.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>

namespace aiva::openapi {
namespace {

constexpr std::size_t depth_max = 100;

// Plain decimal text with an optional minus sign: JSON writes such a number the same way.
bool is_json_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto take_digits = [&text] {
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(end);
    return end;
  };
  const bool leads_with_zero = text.starts_with('0');
  const std::size_t whole_digits = take_digits();
  if (whole_digits == 0 || (leads_with_zero && whole_digits > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (take_digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (take_digits() == 0) return false;
  }
  return text.empty();
}

// The number a plain scalar means where YAML writes it in a way JSON does not, in JSON's way.
std::optional<std::string> rewrite_number(std::string_view text) {
  const bool is_hexadecimal = text.starts_with("0x");
  if (is_hexadecimal || text.starts_with("0o")) {
    std::uint64_t value = 0;
    const std::string_view digits = text.substr(2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value,
                                              is_hexadecimal ? 16 : 8);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return std::to_string(value);
  }
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() ||
      (std::isdigit(static_cast<unsigned char>(text.back())) == 0 && !text.ends_with('.'))) {
    return std::nullopt;
  }
  if (text.find_first_not_of("-.0123456789eE+") != std::string_view::npos) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return fmt::format("{}", value);
}

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      quoted += '\\';
      quoted += character;
    } else if (character == '\n') {
      quoted += "\\n";
    } else if (byte < 0x20) {
      quoted += fmt::format("\\u{:04x}", byte);
    } else {
      quoted += character;
    }
  }
  return quoted + '"';
}

[[noreturn]] void fail(const YAML::Node& node, std::string_view reason) {
  throw std::runtime_error(fmt::format("line {}: {}", node.Mark().line + 1, reason));
}

std::string write_scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  const bool is_plain = node.Tag() == "?";
  if (!is_plain) return quote(text);
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
    return "null";
  }
  if (text == "true" || text == "True" || text == "TRUE") return "true";
  if (text == "false" || text == "False" || text == "FALSE") return "false";
  if (is_json_number(text)) return text;
  if (std::optional<std::string> number = rewrite_number(text)) return *std::move(number);
  if (text == ".inf" || text == "-.inf" || text == ".nan") fail(node, "JSON has no such number");
  return quote(text);
}

std::string write_node(const YAML::Node& node, std::size_t depth);

std::string write_sequence(const YAML::Node& node, std::size_t depth) {
  std::string text = "[";
  for (const YAML::Node& item : node) {
    if (text.size() > 1) text += ',';
    text += write_node(item, depth + 1);
  }
  return text + ']';
}

std::string write_map(const YAML::Node& node, std::size_t depth) {
  std::string text = "{";
  std::set<std::string> keys;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) fail(entry.first, "a key must be a scalar");
    if (!keys.insert(entry.first.Scalar()).second) {
      fail(entry.first, fmt::format("key {} is written twice", entry.first.Scalar()));
    }
    if (text.size() > 1) text += ',';
    text += quote(entry.first.Scalar()) + ':' + write_node(entry.second, depth + 1);
  }
  return text + '}';
}

std::string write_node(const YAML::Node& node, std::size_t depth) {
  if (depth > depth_max) fail(node, "nested too deeply");
  switch (node.Type()) {
    case YAML::NodeType::Map: return write_map(node, depth);
    case YAML::NodeType::Sequence: return write_sequence(node, depth);
    case YAML::NodeType::Scalar: return write_scalar(node);
    case YAML::NodeType::Null:
    case YAML::NodeType::Undefined: return "null";
  }
  fail(node, "unknown kind of node");
}

}  // namespace

std::expected<std::string, std::string> yaml_to_json(const std::string& yaml) {
  try {
    return write_node(YAML::Load(yaml), 0);
  } catch (const YAML::Exception& error) {
    return std::unexpected(fmt::format("line {}: {}", error.mark.line + 1, error.msg));
  } catch (const std::runtime_error& error) {
    return std::unexpected(error.what());
  }
}

}  // namespace aiva::openapi
