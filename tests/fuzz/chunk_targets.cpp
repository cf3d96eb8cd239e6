#include "chunk_targets.h"

#include <string>
#include <utility>
#include <vector>

#include "documents/chunker.h"
#include "documents/clean_text.h"
#include "documents/testing/find_wrong_span.h"
#include "documents/tokens/byte_pairs.h"
#include "documents/tokens/testing/merge_by_definition.h"
#include "documents/tokens/testing/small_ranks.h"
#include "documents/tokens/token_ranks.h"
#include "documents/tokens/word_scanner.h"
#include "foundation/text/sentences.h"
#include "foundation/text/take_until.h"
#include "give_up.h"

namespace aiva::fuzz {
namespace {

constexpr char block_mark = '\x01';
constexpr std::size_t slow_word_bytes_max = 128;  // its definition takes the cube of a length

int count_words(std::string_view text) { return static_cast<int>(split_words(text).size()); }

std::vector<Block> make_blocks(std::string_view bytes) {
  std::vector<Block> blocks;
  int page = 1;
  while (!bytes.empty()) {
    auto part = take_until(bytes, block_mark);
    if (part.size() < 3) continue;
    auto kind = static_cast<unsigned char>(part[0]);
    auto place = static_cast<unsigned char>(part[1]);
    Block block{.kind = static_cast<BlockKind>(kind % (static_cast<unsigned>(last_block_kind) + 1)),
                .text = documents::clean_preformatted_text(part.substr(2)),
                .box = Box{.left = static_cast<float>(blocks.size())}};
    if (block.text.empty()) continue;
    page += place >> 6U;
    block.page = page;
    if (block.kind == BlockKind::heading) block.level = 1 + place % 6;
    if (block.kind == BlockKind::list_item) block.level = 1 + place % 4;
    if (block.kind == BlockKind::table) block.header_rows = place % 4;
    blocks.push_back(std::move(block));
  }
  return blocks;
}

}  // namespace

void cut_blocks(std::string_view bytes) {
  if (bytes.size() < 3) return;
  auto number = [bytes](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  documents::ChunkerOptions options{
      .measure = number(0) % 2 == 0 ? documents::count_characters : count_words,
      .size_target = 20 + number(0)};
  options.size_max = options.size_target + number(1);
  options.overlap = number(2) % 60;
  auto blocks = make_blocks(bytes.substr(3));
  std::vector<documents::Piece> pieces;
  documents::Chunker chunker(options, [&pieces](documents::Piece piece) -> Result<void> {
    pieces.push_back(std::move(piece));
    return {};
  });
  if (!chunker.add(blocks) || !chunker.finish()) give_up("nothing was to fail");
  auto wrong = documents::find_wrong_span(blocks, pieces);
  if (!wrong.empty()) give_up(wrong);
  for (const auto& piece : pieces)
    if (piece.size > options.size_max) give_up("too large: " + piece.text);
}

void count_tokens(std::string_view bytes) {
  static const documents::WordScanner scanner;
  static const auto ranks = documents::TokenRanks::parse(documents::small_ranks_text());
  if (!ranks) give_up("the ranks cannot be read");
  while (!bytes.empty()) {
    auto end = scanner.word_end(bytes, 0);
    if (end == 0 || end > bytes.size()) give_up("a word without an end");
    auto word = bytes.substr(0, end);
    auto count = documents::count_byte_pairs(*ranks, word);
    if (word.size() <= slow_word_bytes_max && count != documents::merge_by_definition(*ranks, word))
      give_up("pairs are merged in another order: " + std::string(word));
    bytes.remove_prefix(end);
  }
}

}  // namespace aiva::fuzz
