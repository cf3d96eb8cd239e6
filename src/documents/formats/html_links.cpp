#include "documents/formats/html_links.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "documents/formats/html_tree.h"

namespace aiva::documents {
namespace {

constexpr std::size_t list_bytes_max = 2UL * 1024 * 1024;
constexpr std::size_t address_bytes_max = 2000;

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

// What a link on the page may be, on one line.
std::string one_line(std::string_view address) {
  std::string line;
  for (char c : address)
    if (static_cast<unsigned char>(c) >= ' ') line += c;
  auto first = line.find_first_not_of(' ');
  return first == std::string::npos ? std::string() : line.substr(first);
}

class LinkList {
 public:
  // Goes through the whole tree without recursion, so depth does not matter.
  std::string run(const GumboNode& root) {
    std::vector<const GumboNode*> waiting = {&root};
    while (!waiting.empty() && links_.size() < list_bytes_max) {
      const auto& node = *waiting.back();
      waiting.pop_back();
      if (node.type != GUMBO_NODE_ELEMENT && node.type != GUMBO_NODE_TEMPLATE) continue;
      visit(node);
      const auto& children = node.v.element.children;
      for (unsigned i = children.length; i > 0; --i)
        waiting.push_back(static_cast<const GumboNode*>(children.data[i - 1]));
    }
    return notes_ + links_;
  }

 private:
  void visit(const GumboNode& node) {
    switch (node.v.element.tag) {
      case GUMBO_TAG_A:
      case GUMBO_TAG_AREA:
        if (to_lower(attribute_of(node, "rel")).find("nofollow") == std::string::npos)
          add_link(attribute_of(node, "href"));
        return;
      case GUMBO_TAG_FRAME:
      case GUMBO_TAG_IFRAME: return add_link(attribute_of(node, "src"));
      case GUMBO_TAG_BASE: return add_note("# base ", attribute_of(node, "href"));
      case GUMBO_TAG_LINK:
        if (to_lower(attribute_of(node, "rel")) == "canonical")
          add_note("# canonical ", attribute_of(node, "href"));
        return;
      case GUMBO_TAG_META:
        if (to_lower(attribute_of(node, "name")) == "robots")
          add_note("# robots ", to_lower(attribute_of(node, "content")));
        return;
      default: return;
    }
  }

  void add_link(std::string_view address) {
    auto line = one_line(address);
    if (line.empty() || line.front() == '#' || line.size() > address_bytes_max) return;
    links_ += line + "\n";
  }

  void add_note(std::string_view name, std::string_view text) {
    auto line = one_line(text);
    if (line.empty() || line.size() > address_bytes_max) return;
    if (notes_.size() < list_bytes_max) notes_.append(name).append(line).append("\n");
  }

  std::string notes_;
  std::string links_;
};

}  // namespace

std::string list_links(const GumboNode& root) { return LinkList().run(root); }

}  // namespace aiva::documents
