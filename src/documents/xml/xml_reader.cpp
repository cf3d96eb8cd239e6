#include "documents/xml/xml_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "documents/charset.h"
#include "documents/clean_text.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t attributes_max = 4096;     // of one element
constexpr std::size_t reference_bytes_max = 12;  // "&#x0010FFFF;"

bool is_blank_byte(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

// Bytes that cannot be part of a name: blanks, "/", ">", "=", "<", quotes.
constexpr auto name_ends = [] {
  std::array<bool, 256> ends{};
  for (char c : {' ', '\n', '\t', '\r', '/', '>', '=', '<', '"', '\''})
    ends[static_cast<unsigned char>(c)] = true;
  return ends;
}();

std::size_t find_name_end(std::string_view xml, std::size_t at) {
  while (at < xml.size() && !name_ends[static_cast<unsigned char>(xml[at])]) ++at;
  return at;
}

struct Entity {
  std::string_view name;
  char value;
};
constexpr std::array entities = {Entity{"amp", '&'}, Entity{"lt", '<'}, Entity{"gt", '>'},
                                 Entity{"quot", '"'}, Entity{"apos", '\''}};

std::optional<char32_t> parse_character(std::string_view reference) {
  reference.remove_prefix(1);
  bool is_hex = reference.starts_with('x');
  if (is_hex) reference.remove_prefix(1);
  std::uint32_t value = 0;
  auto [end, error] = std::from_chars(reference.data(), reference.data() + reference.size(), value,
                                      is_hex ? 16 : 10);
  if (error != std::errc() || end != reference.data() + reference.size()) return std::nullopt;
  return static_cast<char32_t>(value);
}

// Appends what "&name;" stands for; false where that is not known.
bool append_entity(std::string& out, std::string_view name) {
  if (name.starts_with('#')) {
    auto character = parse_character(name);
    if (character) append_utf8(out, *character);
    return character.has_value();
  }
  const auto* found = std::ranges::find(entities, name, &Entity::name);
  if (found == entities.end()) return false;
  out += found->value;
  return true;
}

}  // namespace

Result<std::string> decode_xml(std::string bytes) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  bool has_zero = std::string_view(bytes).substr(0, 64).contains('\0');
  if (!has_zero && is_valid_utf8(bytes)) {
    if (bytes.starts_with(mark)) bytes.erase(0, mark.size());
    return bytes;
  }
  return decode_text(bytes, find_declared_charset(bytes));
}

XmlReader::XmlReader(std::string_view text, const XmlOptions& options)
    : xml_(text), options_(options) {
  open_.reserve(32);
  attributes_.reserve(16);
}

std::string_view XmlReader::local_part(std::string_view name) {
  auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string_view XmlReader::prefix_part(std::string_view name) {
  auto colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view() : name.substr(0, colon);
}

std::unexpected<Error> XmlReader::broken(std::string_view what) const {
  return fail(ErrorCode::invalid, "The document is damaged: its XML " + std::string(what),
              "at byte " + std::to_string(at_));
}

Result<XmlEvent> XmlReader::next() {
  if (must_end_) {
    must_end_ = false;
    open_.pop_back();
    return XmlEvent::end;
  }
  for (;;) {
    if (at_ >= xml_.size()) return finish();
    if (xml_[at_] == '<') {
      char kind = at_ + 1 < xml_.size() ? xml_[at_ + 1] : '\0';
      if (kind == '/') return read_end();
      if (kind != '!' && kind != '?') return read_start();
      TRY(bool is_text, pass_markup());
      if (is_text) return XmlEvent::text;
      continue;
    }
    auto end = std::min(xml_.find('<', at_), xml_.size());
    auto raw = xml_.substr(at_, end - at_);
    at_ = end;
    if (open_.empty()) {
      if (!is_blank(raw)) return broken("has text outside its elements");
      continue;
    }
    TRY(text_value_, decode(raw, text_memory_));
    return XmlEvent::text;
  }
}

Result<XmlEvent> XmlReader::finish() const {
  if (!open_.empty()) return broken("ends too early");
  if (!has_root_) return broken("is empty");
  return XmlEvent::done;
}

// Passes over a comment, an instruction or a document type. True where it was character data.
Result<bool> XmlReader::pass_markup() {
  auto rest = xml_.substr(at_);
  if (rest.starts_with("<!--")) {
    at_ += 4;
    TRY_VOID(pass_until("-->"));
    return false;
  }
  constexpr std::string_view data_mark = "<![CDATA[";
  if (rest.starts_with(data_mark)) {
    if (open_.empty()) return broken("has text outside its elements");
    auto begin = at_ + data_mark.size();
    at_ = begin;
    TRY_VOID(pass_until("]]>"));
    text_value_ = xml_.substr(begin, at_ - begin - 3);
    return true;
  }
  if (rest.starts_with("<?")) {
    TRY_VOID(pass_until("?>"));
    return false;
  }
  TRY_VOID(pass_doctype());
  return false;
}

Result<void> XmlReader::pass_until(std::string_view closing) {
  auto end = xml_.find(closing, at_);
  if (end == std::string_view::npos) return broken("ends too early");
  at_ = end + closing.size();
  return {};
}

Result<void> XmlReader::pass_doctype() {
  bool is_doctype = xml_.substr(at_).starts_with("<!DOCTYPE");
  if (!is_doctype) return broken("has markup that is not known");
  auto end = xml_.find_first_of("[>", at_);
  bool has_declarations = end == std::string_view::npos || xml_[end] == '[';
  if (!options_.skips_doctype || has_declarations || has_root_)
    return fail(ErrorCode::invalid, "The document declares a document type (DTD), which is refused",
                "at byte " + std::to_string(at_));
  at_ = end + 1;
  return {};
}

Result<XmlEvent> XmlReader::read_start() {
  auto end = find_name_end(xml_, at_ + 1);
  tag_ = xml_.substr(at_ + 1, end - at_ - 1);
  if (tag_.empty()) return broken("has a tag without a name");
  if (open_.empty() && has_root_) return broken("has more than one root");
  if (open_.size() >= depth_max)
    return fail(ErrorCode::invalid,
                "The document's XML nests deeper than " + std::to_string(depth_max) + " elements");
  at_ = end;
  has_root_ = true;
  open_.push_back(tag_);
  TRY_VOID(read_attributes());
  return XmlEvent::start;
}

Result<void> XmlReader::read_attributes() {
  attributes_.clear();
  if (!value_memory_.empty()) value_memory_.clear();
  for (;;) {
    skip_blanks();
    if (at_ >= xml_.size()) return broken("ends within a tag");
    if (xml_[at_] == '>') {
      ++at_;
      return {};
    }
    if (xml_[at_] == '/') {
      if (at_ + 1 >= xml_.size() || xml_[at_ + 1] != '>') return broken("has a broken tag");
      at_ += 2;
      must_end_ = true;
      return {};
    }
    if (attributes_.size() >= attributes_max) return broken("has too many attributes in one tag");
    TRY_VOID(read_attribute());
  }
}

Result<void> XmlReader::read_attribute() {
  auto end = find_name_end(xml_, at_);
  auto name = xml_.substr(at_, end - at_);
  at_ = end;
  skip_blanks();
  if (name.empty() || at_ >= xml_.size() || xml_[at_] != '=')
    return broken("has a broken attribute");
  ++at_;
  skip_blanks();
  char quote = at_ < xml_.size() ? xml_[at_] : '\0';
  if (quote != '"' && quote != '\'') return broken("has an attribute without quotes");
  auto close = xml_.find(quote, at_ + 1);
  if (close == std::string_view::npos) return broken("ends within a tag");
  auto raw = xml_.substr(at_ + 1, close - at_ - 1);
  at_ = close + 1;
  if (!raw.contains('&')) {
    attributes_.push_back({name, raw});
    return {};
  }
  TRY(auto value, decode(raw, value_memory_.emplace_back()));
  attributes_.push_back({name, value});
  return {};
}

Result<XmlEvent> XmlReader::read_end() {
  auto end = find_name_end(xml_, at_ + 2);
  tag_ = xml_.substr(at_ + 2, end - at_ - 2);
  if (open_.empty() || open_.back() != tag_) return broken("has an end tag without its start");
  at_ = end;
  skip_blanks();
  if (at_ >= xml_.size() || xml_[at_] != '>') return broken("has a broken end tag");
  ++at_;
  open_.pop_back();
  return XmlEvent::end;
}

Result<std::string_view> XmlReader::decode(std::string_view raw, std::string& memory) const {
  auto at = raw.find('&');
  if (at == std::string_view::npos) return raw;
  memory.assign(raw.substr(0, at));
  while (at < raw.size()) {
    auto name = raw.substr(at + 1, reference_bytes_max);
    auto semicolon = name.find(';');
    if (semicolon == std::string_view::npos || !append_entity(memory, name.substr(0, semicolon)))
      return broken("names an entity that it does not define");
    auto from = at + semicolon + 2;
    at = std::min(raw.find('&', from), raw.size());
    memory.append(raw.substr(from, at - from));
  }
  return memory;
}

void XmlReader::skip_blanks() {
  while (at_ < xml_.size() && is_blank_byte(xml_[at_])) ++at_;
}

const XmlReader::Attribute* XmlReader::find(std::string_view name, bool is_prefixed) const {
  for (const auto& attribute : attributes_) {
    auto whole = attribute.name;
    if (!is_prefixed && whole == name) return &attribute;
    if (is_prefixed && whole.size() > name.size() && whole.ends_with(name) &&
        whole[whole.size() - name.size() - 1] == ':')
      return &attribute;
  }
  return nullptr;
}

std::string_view XmlReader::attribute(std::string_view name) const {
  const auto* found = find(name, false);
  return found != nullptr ? found->value : prefixed_attribute(name);
}

std::string_view XmlReader::prefixed_attribute(std::string_view name) const {
  const auto* found = find(name, true);
  return found != nullptr ? found->value : std::string_view();
}

bool XmlReader::has_attribute(std::string_view name) const {
  return find(name, false) != nullptr || find(name, true) != nullptr;
}

Result<std::string> XmlReader::read_text() {
  std::string out;
  int depth_outside = depth() - 1;
  while (depth() > depth_outside) {
    TRY(auto event, next());
    if (event == XmlEvent::done) break;
    if (event == XmlEvent::text) out += text_value_;
  }
  return out;
}

Result<void> XmlReader::close_to(int depth_wanted) {
  while (depth() > depth_wanted) TRY_VOID(next());
  return {};
}

}  // namespace aiva::documents
