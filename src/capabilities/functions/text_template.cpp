#include "capabilities/functions/text_template.h"

#include <algorithm>

namespace aiva::functions {
namespace {

constexpr std::string_view secret_prefix = "secret:";
constexpr std::size_t name_length_max = 64;

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

std::unexpected<Error> refuse(std::string message) {
  return fail(ErrorCode::invalid, std::move(message));
}

}  // namespace

bool is_template_name(std::string_view text) {
  return !text.empty() && text.size() <= name_length_max && std::ranges::all_of(text, is_name_byte);
}

Result<TextTemplate> TextTemplate::parse(std::string_view text) {
  TextTemplate parsed;
  std::string literal;
  auto end_literal = [&] {
    if (!literal.empty()) parsed.parts.push_back({Kind::literal, std::move(literal)});
    literal.clear();
  };
  while (!text.empty()) {
    auto brace = text.find_first_of("{}");
    literal += text.substr(0, brace);
    if (brace == std::string_view::npos) break;
    text.remove_prefix(brace);
    if (text.size() > 1 && text[0] == text[1]) {
      literal += text[0];
      text.remove_prefix(2);
      continue;
    }
    if (text[0] == '}') return refuse("has a } without its {; }} is a brace");
    auto end = text.find('}');
    if (end == std::string_view::npos) return refuse("has a { without its }; {{ is a brace");
    auto name = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    auto kind = name.starts_with(secret_prefix) ? Kind::secret : Kind::argument;
    if (kind == Kind::secret) name.remove_prefix(secret_prefix.size());
    if (!is_template_name(name))
      return refuse("has {" + std::string(name.substr(0, name_length_max)) +
                    "}, which is no name; {{ is a brace");
    end_literal();
    parsed.parts.push_back({kind, std::string(name)});
  }
  end_literal();
  return parsed;
}

const std::string* TextTemplate::whole_argument() const {
  bool is_whole = parts.size() == 1 && parts.front().kind == Kind::argument;
  return is_whole ? &parts.front().text : nullptr;
}

Result<std::string> TextTemplate::expand(const ValueOf& value) const {
  std::string text;
  for (const auto& part : parts) {
    if (part.kind == Kind::literal) {
      text += part.text;
      continue;
    }
    TRY(auto piece, value(part));
    text += piece;
  }
  return text;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view marks = "-._~";
  std::string out;
  for (char c : text) {
    bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    marks.contains(c);
    auto byte = static_cast<unsigned char>(c);
    if (is_plain)
      out += c;
    else
      (((out += '%') += digits[byte >> 4]) += digits[byte & 15]);
  }
  return out;
}

}  // namespace aiva::functions
