#include <cstdio>

#include "reading_modes.h"

namespace aiva::documents {
namespace {

const char* name_of(BlockKind kind) {
  switch (kind) {
    case BlockKind::heading: return "heading";
    case BlockKind::paragraph: return "paragraph";
    case BlockKind::list_item: return "list_item";
    case BlockKind::table: return "table";
    case BlockKind::code: return "code";
    case BlockKind::quote: return "quote";
    case BlockKind::footnote: return "footnote";
    case BlockKind::image: return "image";
  }
  return "?";
}

}  // namespace

void dump_blocks(const std::vector<Block>& blocks) {
  for (const auto& block : blocks) {
    auto box = block.box.value_or(Box{});
    std::printf("[p%d %s %d  %.0f %.0f %.0f %.0f] %s\n", block.page, name_of(block.kind),
                block.kind == BlockKind::table ? block.header_rows : block.level, box.left, box.top,
                box.right, box.bottom, block.text.c_str());
    for (const auto& link : block.links) std::printf("    -> %s\n", link.c_str());
  }
}

void print_text(const std::vector<Block>& blocks) {
  for (const auto& block : blocks) std::printf("%s\n\n", block.text.c_str());
}

}  // namespace aiva::documents
