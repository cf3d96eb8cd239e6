#include "documents/formats/xhtml.h"

#include <algorithm>
#include <array>

#include "documents/clean_text.h"
#include "documents/formats/html_tree.h"

namespace aiva::documents {
namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t images_max = 1000;  // of one page

// Elements that never have an end tag in HTML, and declarations.
bool has_no_end(std::string_view name) {
  constexpr std::array<std::string_view, 14> names = {"area",  "base",   "br",    "col",  "embed",
                                                      "hr",    "img",    "input", "link", "meta",
                                                      "param", "source", "track", "wbr"};
  return std::ranges::find(names, to_lower_ascii(name)) != names.end();
}

struct Tag {
  std::string_view name;
  std::string_view whole;  // from "<" to ">"
  std::size_t end = 0;     // the byte behind it
};

// The start tag that begins at `at`; without a name where there is none. Comments are passed over.
Tag read_tag(std::string_view text, std::size_t at) {
  if (text.substr(at).starts_with("<!--")) {
    auto close = text.find("-->", at + 4);
    return {
        .name = {}, .whole = {}, .end = close == std::string_view::npos ? text.size() : close + 3};
  }
  Tag tag{.name = {}, .whole = {}, .end = at + 1};
  auto rest = text.substr(at + 1, name_bytes_max);
  auto name = rest.substr(0, std::min(rest.find_first_of(" \t\r\n/><"), rest.size()));
  bool is_name = !name.empty() && name.size() < name_bytes_max && name[0] != '!' && name[0] != '?';
  if (!is_name) return tag;
  char quote = '\0';
  for (std::size_t i = at + 1 + name.size(); i < text.size(); ++i) {
    char c = text[i];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return {.name = name, .whole = text.substr(at, i + 1 - at), .end = i + 1};
    }
  }
  // A tag without its end: the rest is text, and is looked through only once.
  tag.end = text.size();
  return tag;
}

// The value of an attribute, as it is written.
std::string_view attribute_in(std::string_view tag, std::string_view name) {
  for (std::size_t at = tag.find(name); at != std::string_view::npos; at = tag.find(name, at + 1)) {
    bool is_start = at > 0 && (tag[at - 1] == ' ' || tag[at - 1] == '\n' || tag[at - 1] == '\t' ||
                               tag[at - 1] == '\r' || tag[at - 1] == ':');
    auto equals = tag.find_first_not_of(" \t\r\n", at + name.size());
    if (!is_start || equals == std::string_view::npos || tag[equals] != '=') continue;
    auto open = tag.find_first_not_of(" \t\r\n", equals + 1);
    if (open == std::string_view::npos || (tag[open] != '"' && tag[open] != '\'')) return {};
    auto close = tag.find(tag[open], open + 1);
    return close == std::string_view::npos ? std::string_view()
                                           : tag.substr(open + 1, close - open - 1);
  }
  return {};
}

}  // namespace

std::string close_empty_elements(std::string_view xhtml) {
  std::string out;
  out.reserve(xhtml.size() + xhtml.size() / 16);
  std::size_t copied = 0;
  for (auto at = xhtml.find('<'); at != std::string_view::npos;) {
    auto tag = read_tag(xhtml, at);
    if (tag.whole.ends_with("/>") && !tag.name.empty() && !has_no_end(tag.name)) {
      out.append(xhtml.substr(copied, tag.end - 2 - copied));
      out.append("></").append(tag.name).append(">");
      copied = tag.end;
    }
    at = xhtml.find('<', tag.end);
  }
  out.append(xhtml.substr(copied));
  return out;
}

std::vector<std::string> find_image_references(std::string_view html) {
  std::vector<std::string> references;
  for (auto at = html.find('<'); at != std::string_view::npos && references.size() < images_max;) {
    auto tag = read_tag(html, at);
    bool is_svg = tag.name == "image" || tag.name == "svg:image";
    if (is_svg || tag.name == "img") {
      auto value = attribute_in(tag.whole, is_svg ? "href" : "src");
      if (!value.empty()) references.push_back(decode_entities(value));
    }
    at = html.find('<', tag.end);
  }
  return references;
}

bool has_heading_element(std::string_view html) {
  for (auto at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
    auto name = html.substr(at + 1, 2);
    if (name.size() == 2 && (name[0] == 'h' || name[0] == 'H') && name[1] >= '1' && name[1] <= '6')
      return true;
  }
  return false;
}

}  // namespace aiva::documents
