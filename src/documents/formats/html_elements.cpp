#include "documents/formats/html_elements.h"

#include <algorithm>
#include <array>

#include "documents/formats/html_tree.h"

namespace aiva::documents {
namespace {

template <std::size_t N>
bool is_one_of(GumboTag tag, const std::array<GumboTag, N>& tags) {
  return std::ranges::find(tags, tag) != tags.end();
}

}  // namespace

bool is_skipped(const GumboNode& element) {
  constexpr std::array skipped = {GUMBO_TAG_SCRIPT,   GUMBO_TAG_STYLE,  GUMBO_TAG_NOSCRIPT,
                                  GUMBO_TAG_TEMPLATE, GUMBO_TAG_HEAD,   GUMBO_TAG_NAV,
                                  GUMBO_TAG_FOOTER,   GUMBO_TAG_BUTTON, GUMBO_TAG_SELECT,
                                  GUMBO_TAG_TEXTAREA, GUMBO_TAG_INPUT,  GUMBO_TAG_SVG,
                                  GUMBO_TAG_CANVAS,   GUMBO_TAG_IFRAME, GUMBO_TAG_OBJECT,
                                  GUMBO_TAG_AUDIO,    GUMBO_TAG_VIDEO,  GUMBO_TAG_DATALIST};
  if (is_one_of(element.v.element.tag, skipped)) return true;
  return gumbo_get_attribute(&element.v.element.attributes, "hidden") != nullptr ||
         attribute_of(element, "aria-hidden") == "true" ||
         attribute_of(element, "role") == "navigation";
}

bool is_inline(GumboTag tag) {
  constexpr std::array tags = {
      GUMBO_TAG_A,    GUMBO_TAG_ABBR,   GUMBO_TAG_B,       GUMBO_TAG_BDI,  GUMBO_TAG_BDO,
      GUMBO_TAG_CITE, GUMBO_TAG_CODE,   GUMBO_TAG_DATA,    GUMBO_TAG_DEL,  GUMBO_TAG_DFN,
      GUMBO_TAG_EM,   GUMBO_TAG_FONT,   GUMBO_TAG_I,       GUMBO_TAG_INS,  GUMBO_TAG_KBD,
      GUMBO_TAG_MARK, GUMBO_TAG_Q,      GUMBO_TAG_S,       GUMBO_TAG_SAMP, GUMBO_TAG_SMALL,
      GUMBO_TAG_SPAN, GUMBO_TAG_STRONG, GUMBO_TAG_SUB,     GUMBO_TAG_SUP,  GUMBO_TAG_TIME,
      GUMBO_TAG_TT,   GUMBO_TAG_U,      GUMBO_TAG_VAR,     GUMBO_TAG_WBR,  GUMBO_TAG_LABEL,
      GUMBO_TAG_BIG,  GUMBO_TAG_STRIKE, GUMBO_TAG_ACRONYM, GUMBO_TAG_RUBY, GUMBO_TAG_UNKNOWN};
  return is_one_of(tag, tags);
}

const GumboVector* children_of(const GumboNode& node) {
  return node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE
             ? &node.v.element.children
             : nullptr;
}

const GumboNode& child_at(const GumboVector& children, unsigned index) {
  return *static_cast<const GumboNode*>(children.data[index]);
}

}  // namespace aiva::documents
