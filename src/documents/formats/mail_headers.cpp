#include "documents/formats/mail_headers.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "documents/charset.h"
#include "documents/clean_text.h"
#include "documents/formats/text_lines.h"

namespace aiva::documents {
namespace {

constexpr std::size_t fields_max = 2000;
constexpr std::size_t value_bytes_max = 64 * 1024;
constexpr std::size_t name_bytes_max = 100;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Bytes written as a mark and two hexadecimal digits.
std::optional<char> hex_byte(std::string_view text, std::size_t at) {
  if (at + 2 > text.size()) return std::nullopt;
  int high = hex_digit(text[at]);
  int low = hex_digit(text[at + 1]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

// The name of the header field a line begins, in small letters; empty where it begins none.
std::string field_name(std::string_view line) {
  auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > name_bytes_max) return {};
  auto name = line.substr(0, colon);
  auto is_odd = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; };
  while (name.ends_with(' ')) name.remove_suffix(1);
  if (std::ranges::any_of(name, is_odd)) return {};
  return to_lower_ascii(name);
}

std::string unfold(std::string_view folded) {
  std::string out;
  for (char c : trim(folded.substr(0, value_bytes_max)))
    if (c != '\r' && c != '\n') out += c == '\t' ? ' ' : c;
  return out;
}

std::string decode_percent(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = text[i] == '%' ? hex_byte(text, i + 1) : std::nullopt;
    out += byte.value_or(text[i]);
    if (byte) i += 2;
  }
  return out;
}

// One piece of a parameter: `name*1*=value` (RFC 2231).
struct ParameterPiece {
  std::string bytes;
  bool is_encoded = false;
};
using ParameterPieces = std::map<std::string, std::map<int, ParameterPiece>>;

void add_piece(ParameterPieces& pieces, std::string_view name, std::string value) {
  bool is_encoded = name.ends_with('*');
  if (is_encoded) name.remove_suffix(1);
  int number = 0;
  auto star = name.find('*');
  if (star != std::string_view::npos) {
    for (char c : name.substr(star + 1))
      number = is_digit(c) && number < 1000 ? number * 10 + (c - '0') : number;
    name = name.substr(0, star);
  }
  pieces[to_lower_ascii(name)].try_emplace(number, std::move(value), is_encoded);
}

std::string join_pieces(const std::map<int, ParameterPiece>& pieces) {
  std::string bytes;
  std::string charset;
  bool is_encoded = false;
  for (const auto& [number, piece] : pieces) {
    std::string_view value = piece.bytes;
    if (piece.is_encoded && !is_encoded) {
      is_encoded = true;
      auto quote = value.find('\'');
      auto second = quote == std::string_view::npos ? quote : value.find('\'', quote + 1);
      if (second != std::string_view::npos) {
        charset = value.substr(0, quote);
        value.remove_prefix(second + 1);
      }
    }
    bytes += piece.is_encoded ? decode_percent(value) : std::string(value);
  }
  return is_encoded ? decode_mail_text(bytes, charset) : decode_encoded_words(bytes);
}

// Takes a quoted or plain value off the text.
std::string take_parameter_value(std::string_view& rest) {
  std::string value;
  if (!rest.starts_with('"')) {
    auto end = std::min(rest.find(';'), rest.size());
    value = trim(rest.substr(0, end));
    rest.remove_prefix(end);
    return value;
  }
  std::size_t at = 1;
  for (; at < rest.size() && rest[at] != '"'; ++at) {
    if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
    value += rest[at];
  }
  rest.remove_prefix(std::min(rest.find(';', at), rest.size()));
  return value;
}

struct EncodedWord {
  std::string_view charset;
  std::string bytes;
  std::size_t end = 0;  // the byte behind it
};

// The encoded word at `at`, where "=?" stands.
std::optional<EncodedWord> read_encoded_word(std::string_view text, std::size_t at) {
  // RFC 2047 allows 75; a search must not go through all that follows.
  constexpr std::size_t word_bytes_max = 500;
  text = text.substr(0, at + word_bytes_max);
  auto charset_end = text.find('?', at + 2);
  if (charset_end == std::string_view::npos || charset_end + 2 >= text.size()) return std::nullopt;
  char encoding = text[charset_end + 1];
  if (text[charset_end + 2] != '?') return std::nullopt;
  auto end = text.find("?=", charset_end + 3);
  if (end == std::string_view::npos) return std::nullopt;
  auto content = text.substr(charset_end + 3, end - charset_end - 3);
  EncodedWord word{
      .charset = text.substr(at + 2, charset_end - at - 2), .bytes = {}, .end = end + 2};
  word.charset = word.charset.substr(0, word.charset.find('*'));  // a language may follow
  if (encoding == 'b' || encoding == 'B')
    word.bytes = decode_base64(content);
  else if (encoding == 'q' || encoding == 'Q')
    word.bytes = decode_quoted_printable(content, true);
  else
    return std::nullopt;
  return word;
}

}  // namespace

std::string MailValue::parameter(std::string_view name) const {
  auto found = parameters.find(std::string(name));
  return found == parameters.end() ? std::string() : found->second;
}

MailValue parse_mail_value(std::string_view raw) {
  MailValue out;
  auto end = std::min(raw.find(';'), raw.size());
  out.value = to_lower_ascii(trim(raw.substr(0, end)));
  ParameterPieces pieces;
  for (auto rest = raw.substr(end); !rest.empty();) {
    rest.remove_prefix(1);
    auto stop = rest.find_first_of("=;");
    if (stop == std::string_view::npos) break;
    auto name = trim(rest.substr(0, stop));
    bool has_value = rest[stop] == '=';
    rest.remove_prefix(stop);
    if (!has_value) continue;
    rest.remove_prefix(1);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    add_piece(pieces, name, take_parameter_value(rest));
  }
  for (const auto& [name, parts] : pieces) out.parameters.emplace(name, join_pieces(parts));
  return out;
}

MailHeaders MailHeaders::take(std::string_view& bytes) {
  MailHeaders headers;
  while (!bytes.empty()) {
    auto end = std::min(bytes.find('\n'), bytes.size());
    auto line = bytes.substr(0, end);
    if (trim(line).empty()) {
      bytes.remove_prefix(std::min(end + 1, bytes.size()));
      break;
    }
    bool is_continued = line.starts_with(' ') || line.starts_with('\t');
    auto name = is_continued ? std::string() : field_name(line);
    if (!is_continued && name.empty()) break;  // the body without an empty line before it
    if (is_continued && !headers.fields_.empty()) {
      auto& value = headers.fields_.back().value;
      value = std::string_view(value.data(),
                               static_cast<std::size_t>(line.data() + line.size() - value.data()));
    } else if (!is_continued && headers.fields_.size() < fields_max) {
      headers.fields_.push_back({std::move(name), line.substr(line.find(':') + 1)});
    }
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return headers;
}

std::string MailHeaders::raw(std::string_view name) const {
  auto found = std::ranges::find(fields_, name, &Field::name);
  return found == fields_.end() ? std::string() : unfold(found->value);
}

std::string MailHeaders::text(std::string_view name) const {
  return clean_flowing_text(unwrap_lines(decode_encoded_words(raw(name))));
}

// Neighbouring words of one charset are decoded together: a character may be split between them.
std::string decode_encoded_words(std::string_view text) {
  std::string out;
  std::string bytes;
  std::string charset;
  auto end_words = [&] {
    if (!bytes.empty()) out += decode_mail_text(std::exchange(bytes, {}), charset);
  };
  std::size_t at = 0;
  while (at < text.size()) {
    auto mark = std::min(text.find("=?", at), text.size());
    auto between = text.substr(at, mark - at);
    auto word = mark < text.size() ? read_encoded_word(text, mark) : std::nullopt;
    bool is_neighbour = word && !bytes.empty() && is_blank(between);
    if (!is_neighbour || word->charset != charset) end_words();
    if (!is_neighbour && !between.empty()) out += decode_mail_text(between, {});
    if (!word) {
      if (mark < text.size()) out += "=?";
      at = mark + 2;
      continue;
    }
    charset = word->charset;
    bytes += word->bytes;
    at = word->end;
  }
  end_words();
  return out;
}

std::string decode_base64(std::string_view text) {
  static constexpr auto values = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < letters.size(); ++i)
      table[static_cast<unsigned char>(letters[i])] = static_cast<std::int8_t>(i);
    return table;
  }();
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    int value = values[static_cast<unsigned char>(c)];
    if (value < 0) continue;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU);
  }
  return out;
}

std::string decode_quoted_printable(std::string_view text, bool is_word) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_word && text[i] == '_') {
      out += ' ';
      continue;
    }
    if (text[i] != '=') {
      out += text[i];
      continue;
    }
    if (auto byte = hex_byte(text, i + 1)) {
      out += *byte;
      i += 2;
      continue;
    }
    // A line end that is only there to keep lines short.
    auto rest = text.substr(i + 1);
    auto blanks = std::min(rest.find_first_not_of(" \t\r"), rest.size());
    if (blanks < rest.size() && rest[blanks] == '\n')
      i += blanks + 1;
    else if (blanks < rest.size())
      out += '=';
  }
  return out;
}

std::string decode_mail_text(std::string_view bytes, std::string_view charset) {
  auto lower = to_lower_ascii(charset.substr(0, 40));
  // Their bytes would pass for ASCII.
  bool is_seven_bit = lower.starts_with("iso-2022") || lower == "utf-7" || lower.starts_with("hz");
  if (is_seven_bit)
    if (auto text = convert_text(bytes, lower)) return std::move(*text);
  bool says_nothing = lower == "us-ascii" || lower == "ascii" || lower.starts_with("unknown");
  auto text = decode_text(bytes, says_nothing ? std::string_view() : std::string_view(lower));
  return text ? std::move(*text) : std::string();
}

bool looks_like_mail(std::string_view head) {
  constexpr std::array<std::string_view, 8> certain = {
      "received",     "return-path", "message-id",  "mime-version",
      "delivered-to", "x-mailer",    "in-reply-to", "dkim-signature"};
  constexpr std::array<std::string_view, 9> usual = {
      "from", "to", "cc", "subject", "date", "reply-to", "sender", "content-type", "references"};
  int certain_found = 0;
  int usual_found = 0;
  bool is_first = true;
  constexpr int lines_max = 60;
  LineReader lines(head);
  for (int i = 0; i < lines_max && lines.has_more(); ++i) {
    auto line = lines.next();
    if (line.empty()) break;
    if (!is_first && (line.starts_with(' ') || line.starts_with('\t'))) continue;
    auto name = field_name(line);
    if (name.empty()) return false;
    bool is_certain = std::ranges::find(certain, name) != certain.end();
    bool is_usual = std::ranges::find(usual, name) != usual.end();
    if (is_first && !is_certain && !is_usual && !name.starts_with("x-") && !name.contains('-'))
      return false;
    certain_found += is_certain ? 1 : 0;
    usual_found += is_usual ? 1 : 0;
    is_first = false;
  }
  return usual_found >= 3 || (certain_found >= 1 && usual_found >= 1);
}

bool is_mailbox_line(std::string_view line) {
  if (!line.starts_with("From ") || line.size() > 500) return false;
  // "From ada@example.com Mon Nov 23 18:12:45 2026"
  auto digits = std::ranges::count_if(line, is_digit);
  return digits >= 6 && line.contains(':') && std::ranges::count(line, ' ') >= 5;
}

bool looks_like_mailbox(std::string_view head) {
  head.remove_prefix(std::min(head.find_first_not_of("\r\n"), head.size()));
  auto end = head.find('\n');
  if (end == std::string_view::npos || !is_mailbox_line(trim(head.substr(0, end)))) return false;
  auto next = head.substr(end + 1);
  return !field_name(next.substr(0, next.find('\n'))).empty();
}

}  // namespace aiva::documents
