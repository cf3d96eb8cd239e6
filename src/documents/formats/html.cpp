#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "documents/charset.h"
#include "documents/clean_text.h"
#include "documents/formats/format.h"
#include "documents/formats/html_elements.h"
#include "documents/formats/html_links.h"
#include "documents/formats/html_table.h"
#include "documents/formats/html_tree.h"
#include "ports/link_list.h"

namespace aiva::documents {
namespace {

// HTML that nests deeper is read as plain text: parsing it takes time quadratic in its depth.
constexpr int tag_depth_max = 500;
constexpr std::size_t html_bytes_max = 64 * 1024 * 1024;

int heading_level(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_H1: return 1;
    case GUMBO_TAG_H2: return 2;
    case GUMBO_TAG_H3: return 3;
    case GUMBO_TAG_H4: return 4;
    case GUMBO_TAG_H5: return 5;
    case GUMBO_TAG_H6: return 6;
    default: return 0;
  }
}

// The first element of that tag below `node`, or null.
const GumboNode* find_element(const GumboNode& node, GumboTag tag, int depth = 0) {
  const auto* children = children_of(node);
  if (children == nullptr || depth > walk_depth_max) return nullptr;
  if (node.v.element.tag == tag) return &node;
  for (unsigned i = 0; i < children->length; ++i)
    if (const auto* found = find_element(child_at(*children, i), tag, depth + 1)) return found;
  return nullptr;
}

int count_elements(const GumboNode& node, GumboTag tag, int depth = 0) {
  const auto* children = children_of(node);
  if (children == nullptr || depth > walk_depth_max) return 0;
  int count = node.v.element.tag == tag ? 1 : 0;
  for (unsigned i = 0; i < children->length; ++i)
    count += count_elements(child_at(*children, i), tag, depth + 1);
  return count;
}

// Walks over the tree and adds a block wherever a block element begins or ends.
class Walk {
 public:
  explicit Walk(BlockOutput& out) : out_(out) {}

  Result<void> run(const GumboNode& root) {
    TRY_VOID(visit(root, 0));
    return end_block();
  }

 private:
  // The block the text being collected belongs to.
  struct Context {
    BlockKind kind = BlockKind::paragraph;
    int level = 0;
  };

  Result<void> visit(const GumboNode& node, int depth) {
    if (depth > walk_depth_max) return {};
    switch (node.type) {
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_CDATA:
      case GUMBO_NODE_WHITESPACE: append_text(node.v.text.text); return {};
      case GUMBO_NODE_ELEMENT:
        return is_skipped(node) ? Result<void>() : visit_element(node, depth);
      case GUMBO_NODE_DOCUMENT:
      case GUMBO_NODE_COMMENT:
      case GUMBO_NODE_TEMPLATE: return {};
    }
    return {};
  }

  Result<void> visit_children(const GumboNode& node, int depth) {
    const auto& children = node.v.element.children;
    for (unsigned i = 0; i < children.length; ++i)
      TRY_VOID(visit(child_at(children, i), depth + 1));
    return {};
  }

  Result<void> visit_element(const GumboNode& node, int depth) {
    auto tag = node.v.element.tag;
    if (tag == GUMBO_TAG_BR) {
      text_ += '\n';
      return {};
    }
    if (is_inline(tag)) return visit_children(node, depth);
    if (int level = heading_level(tag); level > 0)
      return visit_block(node, depth, {BlockKind::heading, level});
    switch (tag) {
      case GUMBO_TAG_UL:
      case GUMBO_TAG_OL: return visit_list(node, depth);
      case GUMBO_TAG_LI: return visit_item(node, depth);
      case GUMBO_TAG_DD: return visit_block(node, depth, {BlockKind::list_item, list_depth_ + 1});
      case GUMBO_TAG_BLOCKQUOTE: return visit_block(node, depth, {BlockKind::quote, 0});
      case GUMBO_TAG_PRE: return visit_preformatted(node, depth);
      case GUMBO_TAG_TABLE: return visit_table(node, depth);
      default: return visit_block(node, depth, inherited());
    }
  }

  // A plain block inside a quotation or a list item is part of it.
  [[nodiscard]] Context inherited() const {
    return context_.kind == BlockKind::heading ? Context{} : context_;
  }

  Result<void> visit_block(const GumboNode& node, int depth, Context context) {
    TRY_VOID(end_block());
    auto outer = std::exchange(context_, context);
    TRY_VOID(visit_children(node, depth));
    TRY_VOID(end_block());
    context_ = outer;
    return {};
  }

  Result<void> visit_list(const GumboNode& node, int depth) {
    TRY_VOID(end_block());
    int outer_number = std::exchange(item_number_, node.v.element.tag == GUMBO_TAG_OL ? 1 : 0);
    ++list_depth_;
    TRY_VOID(visit_children(node, depth));
    TRY_VOID(end_block());
    --list_depth_;
    item_number_ = outer_number;
    return {};
  }

  Result<void> visit_item(const GumboNode& node, int depth) {
    TRY_VOID(end_block());
    if (item_number_ > 0) prefix_ = std::to_string(item_number_++) + ". ";
    TRY_VOID(visit_block(node, depth, {BlockKind::list_item, std::max(list_depth_, 1)}));
    prefix_.clear();
    return {};
  }

  Result<void> visit_preformatted(const GumboNode& node, int depth) {
    TRY_VOID(end_block());
    auto outer = std::exchange(context_, {BlockKind::code, 0});
    is_preformatted_ = true;
    TRY_VOID(visit_children(node, depth));
    TRY_VOID(end_block());
    is_preformatted_ = false;
    context_ = outer;
    return {};
  }

  // A table of data becomes rows of text; one that holds a page's layout is walked through.
  Result<void> visit_table(const GumboNode& node, int depth) {
    TRY_VOID(end_block());
    bool is_data = count_elements(node, GUMBO_TAG_TABLE) == 1 &&
                   count_elements(node, GUMBO_TAG_TR) >= 2 &&
                   count_elements(node, GUMBO_TAG_PRE) + count_elements(node, GUMBO_TAG_H2) == 0;
    if (!is_data) return visit_block(node, depth, inherited());
    if (const auto* caption = find_element(node, GUMBO_TAG_CAPTION))
      TRY_VOID(visit_block(*caption, depth, {}));
    return write_table(out_, read_html_table(node));
  }

  void append_text(const char* text) { text_ += is_preformatted_ ? text : unwrap_lines(text); }

  Result<void> end_block() {
    if (is_blank(text_)) {
      text_.clear();
      return {};
    }
    Block block{.kind = context_.kind,
                .level = context_.level,
                .text = std::exchange(prefix_, {}) + std::exchange(text_, {})};
    return out_.add(std::move(block));
  }

  BlockOutput& out_;
  Context context_;
  std::string text_;
  std::string prefix_;
  int list_depth_ = 0;
  int item_number_ = 0;
  bool is_preformatted_ = false;
};

std::string title_of(const GumboNode& root) {
  const auto* title = find_element(root, GUMBO_TAG_TITLE);
  if (title == nullptr || title->v.element.children.length == 0) return {};
  const auto& text = child_at(title->v.element.children, 0);
  return text.type == GUMBO_NODE_TEXT ? clean_flowing_text(unwrap_lines(text.v.text.text))
                                      : std::string();
}

Result<DocumentSummary> read_as_plain_text(std::string_view html, BlockOutput& out) {
  auto text = strip_tags(html);
  for (std::string_view rest = text; !rest.empty();) {
    auto end = std::min(rest.find("\n\n"), rest.size());
    TRY_VOID(out.add(Block{.text = unwrap_lines(rest.substr(0, end))}));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  TRY_VOID(out.end_page(1, 1));
  return DocumentSummary{.pages = 1, .pages_read = 1};
}

Result<void> deliver_links(const GumboNode& root, BlockOutput& out) {
  EmbeddedFile list{.kind = EmbeddedFile::Kind::document,
                    .name = "links",
                    .media_type = std::string(link_list_media_type)};
  return out.add_file(list, list_links(root));
}

class HtmlFormat final : public Format {
 public:
  [[nodiscard]] FileFormat format() const override { return FileFormat::html; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    if (bytes.size() > html_bytes_max)
      return fail(ErrorCode::too_large, "The HTML document is larger than 64 MB");
    TRY(auto html, decode_text(bytes, find_declared_charset(bytes)));
    if (measure_tag_depth(html) > tag_depth_max) return read_as_plain_text(html, out);
    HtmlTree tree(html);
    if (out.wants(EmbeddedFile::Kind::document)) TRY_VOID(deliver_links(tree.root(), out));
    const auto* main = find_element(tree.root(), GUMBO_TAG_MAIN);
    TRY_VOID(Walk(out).run(main != nullptr ? *main : tree.root()));
    TRY_VOID(out.end_page(1, 1));
    return DocumentSummary{.title = title_of(tree.root()), .pages = 1, .pages_read = 1};
  }
};

}  // namespace

std::unique_ptr<Format> make_html_format() { return std::make_unique<HtmlFormat>(); }

}  // namespace aiva::documents
