#include "documents/formats/json_tape.h"

#include <algorithm>
#include <optional>

#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_hex_digit(char c) { return hex_value(c) >= 0; }

// The number of four hexadecimal digits at `at`.
std::optional<char32_t> hex4(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return std::nullopt;
  int value = 0;
  for (char c : text.substr(at, 4)) {
    if (hex_value(c) < 0) return std::nullopt;
    value = value * 16 + hex_value(c);
  }
  return static_cast<char32_t>(value);
}

// Appends the character that "\uXXXX", whose digits stand at `at`, means, and moves behind it; two
// of them where they are a pair of surrogates.
void append_escaped(std::string_view text, std::size_t& at, std::string& out) {
  char32_t c = hex4(text, at).value_or(0xFFFD);
  at += 4;
  bool is_high = c >= 0xD800 && c < 0xDC00;
  if (is_high && text.substr(std::min(at, text.size())).starts_with("\\u")) {
    char32_t low = hex4(text, at + 2).value_or(0);
    if (low >= 0xDC00 && low < 0xE000) {
      c = 0x10000 + ((c - 0xD800) << 10U) + (low - 0xDC00);
      at += 6;
    }
  }
  append_utf8(out, c);
}

char unescape(char c) {
  switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'b':
    case 'f': return ' ';
    default: return c;
  }
}

}  // namespace

Result<void> JsonTape::read(std::size_t& at) {
  nodes_.clear();
  is_cut_ = false;
  at_ = at;
  if (source_.size() > source_bytes_max)
    return fail(ErrorCode::too_large, "The JSON document is too large");
  TRY_VOID(read_value(0));
  at = at_;
  return {};
}

std::string JsonTape::text_of(const JsonNode& node) const {
  auto raw = source_.substr(node.begin, node.end - node.begin);
  if (node.kind != JsonKind::text || raw.find('\\') == std::string_view::npos)
    return std::string(raw);
  std::string out;
  out.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size();) {
    if (raw[at] != '\\' || at + 1 >= raw.size()) {
      out += raw[at++];
    } else if (raw[at + 1] == 'u') {
      at += 2;
      append_escaped(raw, at, out);
    } else {
      out += unescape(raw[at + 1]);
      at += 2;
    }
  }
  return out;
}

void JsonTape::skip_blanks() {
  while (at_ < source_.size() && (source_[at_] == ' ' || source_[at_] == '\n' ||
                                  source_[at_] == '\r' || source_[at_] == '\t'))
    ++at_;
}

std::unexpected<Error> JsonTape::broken(std::string_view what) {
  is_cut_ = at_ >= source_.size();
  auto before = source_.substr(0, std::min(at_, source_.size()));
  auto line = 1 + std::ranges::count(before, '\n');
  auto column = before.size() - (before.rfind('\n') + 1) + 1;
  return fail(ErrorCode::invalid, "The JSON is broken at line " + std::to_string(line) +
                                      ", column " + std::to_string(column) + ": " +
                                      std::string(is_cut_ ? "it ends too early" : what));
}

Result<void> JsonTape::read_value(int depth) {
  if (depth > depth_max) return broken("values nest too deep");
  skip_blanks();
  auto index = static_cast<std::uint32_t>(nodes_.size());
  switch (peek()) {
    case '{':
    case '[': {
      bool is_object = peek() == '{';
      nodes_.push_back({.kind = is_object ? JsonKind::object : JsonKind::array,
                        .begin = static_cast<std::uint32_t>(at_++)});
      TRY_VOID(is_object ? read_members(index, depth) : read_elements(index, depth));
      break;
    }
    case '"': TRY_VOID(read_string()); break;
    case 't': TRY_VOID(read_word("true", JsonKind::boolean)); break;
    case 'f': TRY_VOID(read_word("false", JsonKind::boolean)); break;
    case 'n': TRY_VOID(read_word("null", JsonKind::null)); break;
    default: TRY_VOID(read_number());
  }
  nodes_[index].end = static_cast<std::uint32_t>(at_ - (nodes_[index].kind == JsonKind::text));
  nodes_[index].next = static_cast<std::uint32_t>(nodes_.size());
  return {};
}

Result<void> JsonTape::read_members(std::uint32_t owner, int depth) {
  skip_blanks();
  if (peek() == '}') {
    ++at_;
    return {};
  }
  for (;;) {
    skip_blanks();
    if (peek() != '"') return broken("a name in quotes is missing");
    TRY_VOID(read_string());
    nodes_.back().end = static_cast<std::uint32_t>(at_ - 1);
    nodes_.back().next = static_cast<std::uint32_t>(nodes_.size());
    skip_blanks();
    if (peek() != ':') return broken("a colon is missing");
    ++at_;
    TRY_VOID(read_value(depth + 1));
    skip_blanks();
    char c = peek();
    if (c != ',' && c != '}') return broken("a comma or } is missing");
    ++at_;
    if (c == '}') break;
  }
  nodes_[owner].next = static_cast<std::uint32_t>(nodes_.size());
  return {};
}

Result<void> JsonTape::read_elements(std::uint32_t owner, int depth) {
  skip_blanks();
  if (peek() == ']') {
    ++at_;
    return {};
  }
  for (;;) {
    TRY_VOID(read_value(depth + 1));
    skip_blanks();
    char c = peek();
    if (c != ',' && c != ']') return broken("a comma or ] is missing");
    ++at_;
    if (c == ']') break;
  }
  nodes_[owner].next = static_cast<std::uint32_t>(nodes_.size());
  return {};
}

Result<void> JsonTape::read_string() {
  nodes_.push_back({.kind = JsonKind::text, .begin = static_cast<std::uint32_t>(++at_)});
  for (;;) {
    at_ = std::min(source_.find_first_of("\"\\", at_), source_.size());
    if (at_ == source_.size()) return broken("a quote is missing");
    if (source_[at_] == '"') break;
    ++at_;
    if (std::string_view("\"\\/bfnrtu").find(peek()) == std::string_view::npos)
      return broken("unknown escape");
    bool is_code = peek() == 'u';
    if (is_code && !std::ranges::all_of(source_.substr(at_ + 1, 4), is_hex_digit))
      return broken("four hexadecimal digits are missing");
    ++at_;
  }
  ++at_;
  return {};
}

Result<void> JsonTape::read_number() {
  auto begin = at_;
  auto take_digits = [this] {
    auto first = at_;
    while (is_digit(peek())) ++at_;
    return at_ > first;
  };
  if (peek() == '-') ++at_;
  bool has_leading_zero = peek() == '0';
  if (!take_digits()) return broken("a value is missing");
  auto first_digit = begin + (source_[begin] == '-' ? 1 : 0);
  if (has_leading_zero && at_ - first_digit > 1) return broken("a number begins with zero");
  if (peek() == '.') {
    ++at_;
    if (!take_digits()) return broken("a digit is missing");
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!take_digits()) return broken("a digit is missing");
  }
  nodes_.push_back({.kind = JsonKind::number, .begin = static_cast<std::uint32_t>(begin)});
  return {};
}

Result<void> JsonTape::read_word(std::string_view word, JsonKind kind) {
  auto found = source_.substr(at_, word.size());
  if (found != word) {
    if (word.starts_with(found)) at_ = source_.size();
    return broken("unknown word");
  }
  nodes_.push_back({.kind = kind, .begin = static_cast<std::uint32_t>(at_)});
  at_ += word.size();
  return {};
}

JsonShape recognise_json(std::string_view head, bool is_whole) {
  constexpr std::string_view blanks = " \t\r\n";
  std::size_t at = std::min(head.find_first_not_of(blanks), head.size());
  auto opens = [&] { return at < head.size() && (head[at] == '{' || head[at] == '['); };
  if (!opens()) return JsonShape::none;
  JsonTape tape(head);
  if (!tape.read(at)) return tape.is_cut() && !is_whole ? JsonShape::value : JsonShape::none;
  at = std::min(head.find_first_not_of(blanks, at), head.size());
  if (at == head.size()) return JsonShape::value;
  if (!opens()) return JsonShape::none;
  bool is_second = tape.read(at).has_value() || (tape.is_cut() && !is_whole);
  return is_second ? JsonShape::values : JsonShape::none;
}

}  // namespace aiva::documents
