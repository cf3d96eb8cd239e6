#include "adapters/onnx/piece_trie.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <string_view>

namespace aiva {
namespace {

std::int32_t find(const PieceTrie& trie, std::string_view text) {
  auto node = PieceTrie::root;
  for (char c : text) {
    node = trie.child(node, static_cast<unsigned char>(c));
    if (node == PieceTrie::none) return PieceTrie::none;
  }
  return trie.id(node);
}

TEST(PieceTrie, finds_what_it_was_given_and_nothing_else) {
  const PieceTrie trie({{"a", 1}, {"ab", 2}, {"abc", 3}, {"b", 4}, {"\xff\x80", 5}, {"ab", 6}});

  EXPECT_EQ(find(trie, "a"), 1);
  EXPECT_EQ(find(trie, "ab"), 6) << "the highest id of equal strings counts";
  EXPECT_EQ(find(trie, "abc"), 3);
  EXPECT_EQ(find(trie, "b"), 4);
  EXPECT_EQ(find(trie, "\xff\x80"), 5);
  for (std::string_view absent : {"", "c", "ac", "abcd", "ba", "\xff", "\x80"})
    EXPECT_EQ(find(trie, absent), PieceTrie::none) << absent;
}

TEST(PieceTrie, agrees_with_a_map_on_random_strings) {
  std::mt19937 generator(7);
  auto make_text = [&] {
    std::string text;
    for (auto length = 1 + generator() % 6; length > 0; --length)
      text += static_cast<char>(generator() % 2 == 0 ? generator() % 256 : 'a' + generator() % 3);
    return text;
  };
  std::map<std::string, std::int32_t> expected;
  std::vector<std::pair<std::string, std::int32_t>> pieces;
  for (std::int32_t id = 0; id < 3000; ++id) {
    pieces.emplace_back(make_text(), id);
    expected[pieces.back().first] = id;
  }

  const PieceTrie trie(pieces);

  for (const auto& [piece, id] : expected) EXPECT_EQ(find(trie, piece), id);
  for (int i = 0; i < 3000; ++i) {
    const auto text = make_text();
    const auto found = expected.find(text);
    EXPECT_EQ(find(trie, text), found == expected.end() ? PieceTrie::none : found->second);
  }
}

TEST(PieceTrie, may_be_empty) { EXPECT_EQ(find(PieceTrie({}), "a"), PieceTrie::none); }

}  // namespace
}  // namespace aiva
