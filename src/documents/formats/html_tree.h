#pragma once

#include <gumbo.h>

#include <memory>
#include <string>
#include <string_view>

namespace aiva::documents {

// The tree of an HTML text in UTF-8. Its memory is released at once: gumbo's own release recurses
// as deep as the tree is. The text must outlive it. Throws std::bad_alloc never; a tree that does
// not fit into memory ends the program, which is the worker's child.
class HtmlTree {
 public:
  explicit HtmlTree(std::string_view html);
  ~HtmlTree();
  HtmlTree(const HtmlTree&) = delete;
  HtmlTree& operator=(const HtmlTree&) = delete;

  [[nodiscard]] const GumboNode& root() const;

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
  const GumboOutput* output_;
};

// The value of an element's attribute, empty when it has none of that name.
std::string_view attribute_of(const GumboNode& element, const char* name);

// How deep unclosed tags nest at most, found without building a tree. Tags whose end HTML lets one
// leave out are not counted.
int measure_tag_depth(std::string_view html);

// The text between the tags, scripts and styles left out; entities decoded. For HTML that nests too
// deep for a tree and for HTML inside Markdown.
std::string strip_tags(std::string_view html);

// The text with its HTML entities ("&amp;") decoded.
std::string decode_entities(std::string_view text);

}  // namespace aiva::documents
