#include "documents/formats/rtf_words.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace aiva::documents {
namespace {

struct Entry {
  std::string_view name;
  RtfWord word;
};

constexpr std::array entries = {
    Entry{"ansi", RtfWord::ansi},
    Entry{"mac", RtfWord::mac},
    Entry{"pc", RtfWord::pc},
    Entry{"pca", RtfWord::pca},
    Entry{"ansicpg", RtfWord::ansicpg},
    Entry{"deff", RtfWord::deff},
    Entry{"f", RtfWord::f},
    Entry{"fcharset", RtfWord::fcharset},
    Entry{"cpg", RtfWord::cpg},
    Entry{"uc", RtfWord::uc},
    Entry{"u", RtfWord::u},
    Entry{"bin", RtfWord::bin},
    Entry{"par", RtfWord::par},
    Entry{"line", RtfWord::line},
    Entry{"lbr", RtfWord::line},
    Entry{"softline", RtfWord::line},
    Entry{"tab", RtfWord::tab},
    Entry{"page", RtfWord::page},
    Entry{"column", RtfWord::page},
    Entry{"sect", RtfWord::sect},
    Entry{"emdash", RtfWord::emdash},
    Entry{"endash", RtfWord::endash},
    Entry{"lquote", RtfWord::lquote},
    Entry{"rquote", RtfWord::rquote},
    Entry{"ldblquote", RtfWord::ldblquote},
    Entry{"rdblquote", RtfWord::rdblquote},
    Entry{"bullet", RtfWord::bullet},
    Entry{"emspace", RtfWord::emspace},
    Entry{"enspace", RtfWord::enspace},
    Entry{"qmspace", RtfWord::enspace},
    Entry{"chftn", RtfWord::chftn},
    Entry{"pard", RtfWord::pard},
    Entry{"plain", RtfWord::plain},
    Entry{"v", RtfWord::v},
    Entry{"deleted", RtfWord::deleted},
    Entry{"s", RtfWord::s},
    Entry{"outlinelevel", RtfWord::outlinelevel},
    Entry{"ilvl", RtfWord::ilvl},
    Entry{"intbl", RtfWord::intbl},
    Entry{"trhdr", RtfWord::trhdr},
    Entry{"trowd", RtfWord::trowd},
    Entry{"cell", RtfWord::cell},
    Entry{"row", RtfWord::row},
    Entry{"nestcell", RtfWord::nestcell},
    Entry{"nestrow", RtfWord::nestrow},
    Entry{"ud", RtfWord::body},
    Entry{"shptxt", RtfWord::body},
    Entry{"fonttbl", RtfWord::fonttbl},
    Entry{"stylesheet", RtfWord::stylesheet},
    Entry{"info", RtfWord::info},
    Entry{"title", RtfWord::title},
    Entry{"listtext", RtfWord::marker},
    Entry{"pntext", RtfWord::marker},
    Entry{"footnote", RtfWord::footnote},
    Entry{"fldinst", RtfWord::fldinst},
    Entry{"pict", RtfWord::pict},
    Entry{"result", RtfWord::result},
    Entry{"colortbl", RtfWord::skipped},
    Entry{"object", RtfWord::skipped},
    Entry{"objdata", RtfWord::skipped},
    Entry{"shpinst", RtfWord::skipped},
    Entry{"shprslt", RtfWord::skipped},
    Entry{"upr", RtfWord::skipped},
    Entry{"header", RtfWord::skipped},
    Entry{"headerl", RtfWord::skipped},
    Entry{"headerr", RtfWord::skipped},
    Entry{"headerf", RtfWord::skipped},
    Entry{"footer", RtfWord::skipped},
    Entry{"footerl", RtfWord::skipped},
    Entry{"footerr", RtfWord::skipped},
    Entry{"footerf", RtfWord::skipped},
    Entry{"ftnsep", RtfWord::skipped},
    Entry{"ftnsepc", RtfWord::skipped},
    Entry{"aftnsep", RtfWord::skipped},
    Entry{"aftnsepc", RtfWord::skipped},
    Entry{"nonshppict", RtfWord::skipped},
    Entry{"nonesttables", RtfWord::skipped},
    Entry{"annotation", RtfWord::skipped},
    Entry{"atnid", RtfWord::skipped},
    Entry{"atnauthor", RtfWord::skipped},
    Entry{"xe", RtfWord::skipped},
    Entry{"tc", RtfWord::skipped},
    Entry{"tcn", RtfWord::skipped},
    Entry{"rxe", RtfWord::skipped},
    Entry{"txe", RtfWord::skipped},
    Entry{"filetbl", RtfWord::skipped},
    Entry{"revtbl", RtfWord::skipped},
    Entry{"rsidtbl", RtfWord::skipped},
    Entry{"listtable", RtfWord::skipped},
    Entry{"listoverridetable", RtfWord::skipped},
    Entry{"datafield", RtfWord::skipped},
    Entry{"ffname", RtfWord::skipped},
    Entry{"ffdeftext", RtfWord::skipped},
    Entry{"falt", RtfWord::skipped},
    Entry{"panose", RtfWord::skipped},
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

RtfWord find_rtf_word(std::string_view name) {
  static const auto words = [] {
    std::unordered_map<std::string_view, RtfWord> map;
    for (const auto& entry : entries) map.emplace(entry.name, entry.word);
    return map;
  }();
  auto found = words.find(name);
  return found == words.end() ? RtfWord::unknown : found->second;
}

RtfToken RtfTokens::next() {
  // Line ends of the file mean nothing.
  while (at_ < bytes_.size() && (bytes_[at_] == '\n' || bytes_[at_] == '\r' || bytes_[at_] == '\0'))
    ++at_;
  if (at_ >= bytes_.size()) return RtfToken::end;
  switch (bytes_[at_]) {
    case '{': ++at_; return RtfToken::open;
    case '}': ++at_; return RtfToken::close;
    case '\\': ++at_; return read_control();
    default: break;
  }
  auto begin = at_;
  auto is_text = [](char c) {
    return c != '{' && c != '}' && c != '\\' && c != '\n' && c != '\r' && c != '\0';
  };
  while (at_ < bytes_.size() && is_text(bytes_[at_])) ++at_;
  name_ = bytes_.substr(begin, at_ - begin);
  return RtfToken::text;
}

RtfToken RtfTokens::read_control() {
  if (at_ >= bytes_.size()) return RtfToken::end;
  char c = bytes_[at_];
  if (is_letter(c)) {
    read_word();
    return RtfToken::word;
  }
  ++at_;
  character_ = c;
  if (c != '\'') return RtfToken::symbol;
  int high = at_ < bytes_.size() ? hex_digit(bytes_[at_]) : -1;
  int low = at_ + 1 < bytes_.size() ? hex_digit(bytes_[at_ + 1]) : -1;
  if (high < 0 || low < 0) return RtfToken::symbol;
  at_ += 2;
  character_ = static_cast<char>(high * 16 + low);
  return RtfToken::byte;
}

void RtfTokens::read_word() {
  constexpr int digits_max = 9;
  auto begin = at_;
  while (at_ < bytes_.size() && is_letter(bytes_[at_])) ++at_;
  name_ = bytes_.substr(begin, at_ - begin);
  parameter_.reset();
  bool is_negative = at_ + 1 < bytes_.size() && bytes_[at_] == '-' && is_digit(bytes_[at_ + 1]);
  auto at = at_ + (is_negative ? 1 : 0);
  int value = 0;
  int digits = 0;
  for (; at < bytes_.size() && is_digit(bytes_[at]) && digits < digits_max; ++at, ++digits)
    value = value * 10 + (bytes_[at] - '0');
  if (digits > 0) {
    parameter_ = is_negative ? -value : value;
    at_ = at;
  }
  // A blank that ends a word belongs to it.
  if (at_ < bytes_.size() && bytes_[at_] == ' ') ++at_;
}

void RtfTokens::skip(std::size_t count) { at_ += std::min(count, bytes_.size() - at_); }

}  // namespace aiva::documents
