#include "documents/formats/html_tree.h"

#include <algorithm>
#include <array>
#include <memory_resource>

#include "documents/clean_text.h"

namespace aiva::documents {
namespace {

constexpr std::array<std::string_view, 16> void_tags = {
    "area", "base", "br",    "col",    "embed", "hr",  "img",      "input",
    "link", "meta", "param", "source", "track", "wbr", "!doctype", "!--"};
constexpr std::array<std::string_view, 14> optional_end_tags = {
    "p",     "li",    "dt",    "dd",     "tr",       "td", "th",
    "thead", "tbody", "tfoot", "option", "optgroup", "rt", "colgroup"};

bool is_one_of(std::string_view name, auto& names) {
  return std::ranges::find(names, name) != names.end();
}

constexpr std::size_t name_bytes_max = 32;

// A tag as a scan over the text sees it; good enough to count and to skip.
struct Tag {
  std::string name;  // lower case, without the slash
  bool is_end = false;
  bool is_empty = false;  // closes itself
  std::size_t end = 0;    // the byte behind it
};

// The tag at `at`, where a '<' stands; an empty name where the '<' is text.
Tag read_tag(std::string_view html, std::size_t at) {
  Tag tag;
  tag.end = at + 1;
  if (html.substr(at).starts_with("<!--")) {
    auto close = html.find("-->", at + 4);
    tag.name = "!--";
    tag.end = close == std::string_view::npos ? html.size() : close + 3;
    return tag;
  }
  std::size_t begin = at + 1;
  tag.is_end = begin < html.size() && html[begin] == '/';
  if (tag.is_end) ++begin;
  auto name = html.substr(begin, name_bytes_max);
  name = name.substr(0, name.find_first_of(" \t\r\n\f/><"));
  auto stop = begin + name.size();
  bool is_tag = !name.empty() && ((name[0] | 0x20) >= 'a') && ((name[0] | 0x20) <= 'z');
  if (!is_tag && !name.starts_with('!') && !name.starts_with('?')) return tag;
  tag.name = to_lower_ascii(name);
  char quote = 0;
  std::size_t i = stop;
  for (; i < html.size(); ++i) {
    char c = html[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if ((c == '"' || c == '\'') && i > 0 && html[i - 1] == '=') {
      quote = c;
    } else if (c == '>') {
      break;
    }
  }
  tag.is_empty = i > stop && i < html.size() && html[i - 1] == '/';
  tag.end = std::min(i + 1, html.size());
  return tag;
}

// The byte behind the content of a raw text element (script, style, …).
std::size_t skip_raw_text(std::string_view html, std::size_t at, std::string_view name) {
  while (at < html.size()) {
    at = html.find("</", at);
    if (at == std::string_view::npos) return html.size();
    if (to_lower_ascii(html.substr(at + 2, name.size())) == name) return at;
    at += 2;
  }
  return html.size();
}

bool is_raw_text(std::string_view name) {
  return name == "script" || name == "style" || name == "textarea" || name == "title" ||
         name == "xmp" || name == "iframe" || name == "noscript";
}

bool parts_text(std::string_view name) {
  constexpr std::array<std::string_view, 12> inline_tags = {
      "a", "b", "i", "em", "strong", "span", "code", "u", "s", "small", "sub", "sup"};
  return !is_one_of(name, inline_tags);
}

void append_text_nodes(const GumboNode& node, std::string& out) {
  if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE) out += node.v.text.text;
  if (node.type != GUMBO_NODE_ELEMENT) return;
  for (unsigned i = 0; i < node.v.element.children.length; ++i)
    append_text_nodes(*static_cast<const GumboNode*>(node.v.element.children.data[i]), out);
}

}  // namespace

struct HtmlTree::Memory {
  std::pmr::monotonic_buffer_resource arena{64 * 1024};
};

HtmlTree::HtmlTree(std::string_view html) : memory_(std::make_unique<Memory>()) {
  GumboOptions options = kGumboDefaultOptions;
  options.userdata = memory_.get();
  options.allocator = [](void* memory, std::size_t bytes) noexcept {
    return static_cast<Memory*>(memory)->arena.allocate(bytes);
  };
  options.deallocator = [](void*, void*) {};
  options.max_errors = 0;
  output_ = gumbo_parse_with_options(&options, html.data(), html.size());
}

HtmlTree::~HtmlTree() = default;

const GumboNode& HtmlTree::root() const { return *output_->root; }

std::string_view attribute_of(const GumboNode& element, const char* name) {
  const auto* attribute = gumbo_get_attribute(&element.v.element.attributes, name);
  return attribute == nullptr ? std::string_view() : std::string_view(attribute->value);
}

int measure_tag_depth(std::string_view html) {
  int depth = 0;
  int deepest = 0;
  for (auto at = html.find('<'); at != std::string_view::npos; at = html.find('<', at)) {
    auto tag = read_tag(html, at);
    at = tag.end;
    if (tag.name.empty() || tag.is_empty || is_one_of(tag.name, void_tags) ||
        is_one_of(tag.name, optional_end_tags))
      continue;
    if (is_raw_text(tag.name)) {
      if (!tag.is_end) at = skip_raw_text(html, at, tag.name);
      continue;
    }
    depth = tag.is_end ? std::max(depth - 1, 0) : depth + 1;
    deepest = std::max(deepest, depth);
  }
  return deepest;
}

std::string strip_tags(std::string_view html) {
  std::string out;
  std::size_t at = 0;
  while (at < html.size()) {
    auto open = std::min(html.find('<', at), html.size());
    out += html.substr(at, open - at);
    if (open == html.size()) break;
    auto tag = read_tag(html, open);
    at = tag.end;
    if (tag.name.empty()) {
      out += "&lt;";
      continue;
    }
    if (!tag.is_end && !tag.is_empty && is_raw_text(tag.name))
      at = skip_raw_text(html, at, tag.name);
    if (parts_text(tag.name)) out += '\n';
  }
  return decode_entities(out);
}

std::string decode_entities(std::string_view text) {
  if (text.find('&') == std::string_view::npos) return std::string(text);
  std::string escaped;
  escaped.reserve(text.size());
  for (char c : text) {
    if (c == '<')
      escaped += "&lt;";
    else
      escaped += c;
  }
  HtmlTree tree(escaped);
  std::string out;
  append_text_nodes(tree.root(), out);
  return out;
}

}  // namespace aiva::documents
