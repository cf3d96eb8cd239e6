#include "adapters/onnx/text_pair_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "foundation/json_writer.h"

namespace aiva {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Ids = std::vector<std::int64_t>;
using Vocabulary = std::vector<std::pair<std::string, std::int64_t>>;

struct WordPieceFile {
  Vocabulary vocabulary{};
  std::string normalizer = R"("lowercase":true,"strip_accents":null)";
  std::string processor = R"({"type":"BertProcessing","sep":["[SEP]",102],"cls":["[CLS]",101]})";
};

std::string write(const WordPieceFile& file) {
  std::string vocab;
  JsonWriter writer(vocab);
  writer.begin_object();
  for (const auto& [piece, id] : file.vocabulary) writer.field(piece, id);
  writer.end_object();
  return R"({"normalizer":{"type":"BertNormalizer","clean_text":true,)"
         R"("handle_chinese_chars":true,)" +
         file.normalizer + R"(},"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":)" +
         file.processor +
         R"(,"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",)"
         R"("max_input_chars_per_word":100,"vocab":)" +
         vocab + "}}";
}

TextPairTokenizer made(const std::string& text) {
  auto tokenizer = TextPairTokenizer::parse(text);
  EXPECT_TRUE(tokenizer.has_value()) << tokenizer.error().message << tokenizer.error().cause;
  return std::move(*tokenizer);
}

// The vocabulary of the tests of BERT's own release (google-research/bert, tokenization_test.py).
const Vocabulary release_vocabulary = {{"[UNK]", 0},  {"[CLS]", 1}, {"[SEP]", 2}, {"want", 3},
                                       {"##want", 4}, {"##ed", 5},  {"wa", 6},    {"un", 7},
                                       {"runn", 8},   {"##ing", 9}, {",", 10}};

TEST(WordPieces, cut_words_as_the_tests_of_the_original_release_do) {
  auto tokenizer = made(write({.vocabulary = release_vocabulary}));

  EXPECT_EQ(tokenizer.encode("UNwant\u00E9d,running", 99), (Ids{7, 4, 5, 10, 8, 9}));
  EXPECT_EQ(tokenizer.encode("", 99), Ids{});
  EXPECT_EQ(tokenizer.encode("unwanted running", 99), (Ids{7, 4, 5, 8, 9}));
  EXPECT_EQ(tokenizer.encode("unwantedX running", 99), (Ids{0, 8, 9}));
}

TEST(WordPieces, split_words_as_the_tests_of_the_original_release_do) {
  Vocabulary vocabulary = {{"[UNK]", 0},  {"hello", 1}, {"!", 2},      {"how", 3},
                           {"are", 4},    {"you", 5},   {"?", 6},      {"ah", 7},
                           {"\u535A", 8}, {"zz", 9},    {"\u63A8", 10}};
  auto tokenizer = made(write({.vocabulary = vocabulary}));

  EXPECT_EQ(tokenizer.encode(" \tHeLLo!how  \n Are yoU?  ", 99), (Ids{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(tokenizer.encode("H\u00E9llo", 99), Ids{1});
  EXPECT_EQ(tokenizer.encode("ah\u535A\u63A8zz", 99), (Ids{7, 8, 10, 9}));
}

// Pieces of bert-base-cased with their published ids.
const Vocabulary cased_vocabulary = {
    {"[PAD]", 0},      {"[UNK]", 100}, {"[CLS]", 101},   {"[SEP]", 102},   {"A", 138},
    {"V", 159},        {"##T", 1942},  {"R", 155},       {"a", 170},       {"of", 1104},
    {"has", 1144},     {"24", 1572},   {"Titan", 18696}, {"##X", 3190},    {"##GB", 13745},
    {"##RA", 9664},    {"##M", 2107},  {"Using", 7993},  {"Trans", 13809}, {"##former", 23763},
    {"network", 2443}, {"is", 1110},   {"simple", 3014}};

TEST(WordPieces, give_the_ids_published_for_a_cased_model) {
  auto tokenizer = made(write(
      {.vocabulary = cased_vocabulary, .normalizer = R"("lowercase":false,"strip_accents":null)"}));

  EXPECT_EQ(tokenizer.encode("A Titan RTX has 24GB of VRAM", 99),
            (Ids{138, 18696, 155, 1942, 3190, 1144, 1572, 13745, 1104, 159, 9664, 2107}));
  EXPECT_EQ(tokenizer.encode("Using a Transformer network is simple", 99),
            (Ids{7993, 170, 13809, 23763, 2443, 1110, 3014}));
}

TEST(WordPieces, take_marks_in_a_text_for_text) {
  Vocabulary vocabulary = release_vocabulary;
  for (const char* more : {"[", "]", "sep"}) vocabulary.emplace_back(more, vocabulary.size());
  auto tokenizer = made(write({.vocabulary = vocabulary}));

  EXPECT_EQ(tokenizer.encode("[SEP]", 99), (Ids{11, 13, 12}));
}

TEST(WordPieces, read_broken_and_endless_text) {
  auto tokenizer = made(write({.vocabulary = release_vocabulary}));

  EXPECT_EQ(tokenizer.encode("\xff un\xc3 \x01want\xe2\x80\x8b", 99), (Ids{7, 3}));
  EXPECT_EQ(tokenizer.encode(std::string(101, 'u'), 99), Ids{0});
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "running ";
  EXPECT_EQ(tokenizer.encode(text, 5), (Ids{8, 9, 8, 9, 8}));
}

// The example of transformers' glossary: which text a token is of.
TEST(TokenPairs, follow_the_template_of_bert) {
  auto tokenizer = made(write({.vocabulary = cased_vocabulary}));

  auto pair = tokenizer.join(Ids{1, 2, 3, 4, 5, 6, 7, 8}, Ids{11, 12, 13, 14, 15, 16, 17, 18}, 512);

  EXPECT_EQ(pair.ids, (Ids{101, 1, 2, 3, 4, 5, 6, 7, 8, 102, 11, 12, 13, 14, 15, 16, 17, 18, 102}));
  EXPECT_EQ(pair.types, (Ids{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(tokenizer.marks_count(), 3U);
}

TEST(TokenPairs, follow_the_template_of_roberta_and_one_that_is_spelled_out) {
  auto roberta = made(
      write({.vocabulary = release_vocabulary,
             .processor = R"({"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",0]})"}));
  auto spelled = made(write(
      {.vocabulary = release_vocabulary,
       .processor =
           R"({"type":"Sequence","processors":[{"type":"ByteLevel"},{"type":"TemplateProcessing",)"
           R"("pair":[{"Sequence":{"id":"B","type_id":1}},{"SpecialToken":{"id":"X","type_id":7}},)"
           R"({"Sequence":{"id":"A","type_id":0}}],)"
           R"("special_tokens":{"X":{"id":"X","ids":[8,9],"tokens":["X"]}}}]})"}));

  auto pair = roberta.join(Ids{5}, Ids{6, 7}, 512);
  EXPECT_EQ(pair.ids, (Ids{0, 5, 2, 2, 6, 7, 2}));
  EXPECT_EQ(pair.types, Ids(7, 0));
  pair = spelled.join(Ids{5}, Ids{6}, 512);
  EXPECT_EQ(pair.ids, (Ids{6, 8, 9, 5}));
  EXPECT_EQ(pair.types, (Ids{1, 7, 7, 0}));
}

TEST(TokenPairs, cut_the_longer_text_first) {
  auto tokenizer = made(write({.vocabulary = cased_vocabulary}));
  struct Row {
    std::size_t first, second, room, first_left, second_left;
  };
  const Row rows[] = {{3, 4, 7, 3, 4}, {3, 9, 8, 3, 5}, {9, 3, 8, 5, 3},
                      {9, 9, 8, 4, 4}, {9, 9, 7, 3, 4}, {9, 8, 7, 4, 3},
                      {0, 9, 7, 0, 7}, {1, 1, 1, 0, 1}, {20, 5, 9, 5, 4}};
  for (const auto& row : rows) {
    auto pair = tokenizer.join(Ids(row.first, 1), Ids(row.second, 2), row.room + 3);
    EXPECT_EQ(std::ranges::count(pair.ids, 1), static_cast<std::int64_t>(row.first_left))
        << row.first << " " << row.second << " " << row.room;
    EXPECT_EQ(std::ranges::count(pair.ids, 2), static_cast<std::int64_t>(row.second_left))
        << row.first << " " << row.second << " " << row.room;
  }
}

// A unigram vocabulary with pieces at given places and what never fits between them.
std::string unigram_file(const std::map<std::size_t, std::pair<std::string, double>>& pieces) {
  std::string vocab;
  JsonWriter writer(vocab);
  writer.begin_array();
  for (std::size_t id = 0; id <= pieces.rbegin()->first; ++id) {
    auto found = pieces.find(id);
    auto piece = found == pieces.end() ? "~~" + std::to_string(id) : found->second.first;
    writer.begin_array().value(piece);
    writer.value(found == pieces.end() ? -30.0 : found->second.second).end_array();
  }
  writer.end_array();
  return R"({"added_tokens":[{"id":0,"content":"<s>"},{"id":1,"content":"<pad>"},)"
         R"({"id":2,"content":"</s>"},{"id":3,"content":"<unk>"}],"truncation":{"max_length":128},)"
         R"("normalizer":{"type":"Sequence","normalizers":[{"type":"Precompiled"}]},)"
         R"("post_processor":{"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",0]},)"
         R"("model":{"type":"Unigram","unk_id":3,"vocab":)" +
         vocab + "}}";
}

// The examples of XLM-R's release (fairseq, examples/xlmr).
TEST(UnigramPieces, give_the_ids_published_for_xlm_r) {
  auto tokenizer = made(unigram_file({{0, {"<s>", 0}},
                                      {1, {"<pad>", 0}},
                                      {2, {"</s>", 0}},
                                      {3, {"<unk>", 0}},
                                      {38, {"!", -5}},
                                      {95, {"▁le", -7}},
                                      {711, {"▁!", -9}},
                                      {8999, {"▁world", -11}},
                                      {11146, {"▁monde", -11}},
                                      {35378, {"▁Hello", -12}},
                                      {84602, {"▁Bonjour", -14}}}));

  EXPECT_EQ(tokenizer.encode("Hello world!", 99), (Ids{35378, 8999, 38}));
  EXPECT_EQ(tokenizer.encode("Bonjour le monde !", 99), (Ids{84602, 95, 11146, 711}));
  EXPECT_EQ(tokenizer.pad_id(), 1);
  EXPECT_EQ(tokenizer.tokens_max(), 128U);
}

TEST(UnigramPieces, take_the_cut_of_the_highest_score_and_one_piece_for_unknown_runs) {
  auto tokenizer = made(unigram_file({{0, {"<s>", 0}},
                                      {1, {"<pad>", 0}},
                                      {2, {"</s>", 0}},
                                      {3, {"<unk>", 0}},
                                      {4, {"▁ab", -3}},
                                      {5, {"▁a", -1}},
                                      {6, {"b", -1.5}},
                                      {7, {"▁", -2}},
                                      {8, {"s", -4}}}));

  EXPECT_EQ(tokenizer.encode("ab", 99), (Ids{5, 6}));
  EXPECT_EQ(tokenizer.encode("  ab\n\tab ", 99), (Ids{5, 6, 5, 6}));
  EXPECT_EQ(tokenizer.encode("xyz b", 99), (Ids{7, 3, 7, 6}));
  EXPECT_EQ(tokenizer.encode("</s>", 99), (Ids{7, 3, 8, 3}));
  EXPECT_THAT(tokenizer.encode("ab ab ab", 3), ElementsAre(5, 6, 5));
  EXPECT_THAT(tokenizer.encode(" \n", 9), IsEmpty());
}

// The bytes' names: a space is "Ġ", a line end "Ċ".
std::string byte_pair_file(const Vocabulary& vocabulary, const std::vector<std::string>& merges,
                           const std::string& splitter = R"({"type":"ByteLevel"})") {
  std::string model;
  JsonWriter writer(model);
  writer.begin_object().field("type", "BPE").key("vocab").begin_object();
  for (const auto& [piece, id] : vocabulary) writer.field(piece, id);
  writer.end_object().key("merges").begin_array();
  for (const auto& merge : merges) writer.value(merge);
  writer.end_array().end_object();
  return R"({"post_processor":{"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",0]},)"
         R"("added_tokens":[{"id":1,"content":"<pad>"}],"pre_tokenizer":)" +
         splitter + R"(,"model":)" + model + "}";
}

// Pieces of roberta-base; the example of RoBERTa's release (fairseq, examples/roberta).
const Vocabulary roberta_vocabulary = {
    {"<s>", 0}, {"<pad>", 1}, {"</s>", 2}, {"<unk>", 3}, {"Hello", 31414}, {"Ġworld", 232},
    {"!", 328}, {"'s", 18},   {"Ġ", 1437}, {"Ċ", 50118}, {"Ġ1", 112},      {"2", 176},
    {"H", 725}, {"e", 242},   {"l", 462},  {"o", 139},   {"w", 605},       {"r", 338},
    {"d", 417}, {"'", 108},   {"s", 29},   {"1", 134},   {"Ġw", 885},      {"Ġ!", 27785}};
const std::vector<std::string> roberta_merges = {"H e",     "He l", "Hel l", "Hell o",
                                                 "Ġ w",     "Ġw o", "Ġwo r", "Ġwor l",
                                                 "Ġworl d", "' s",  "Ġ 1",   "Ġ !"};

TEST(BytePairPieces, give_the_ids_published_for_roberta) {
  auto tokenizer = made(byte_pair_file(roberta_vocabulary, roberta_merges));

  EXPECT_EQ(tokenizer.encode("Hello world!", 99), (Ids{31414, 232, 328}));
  auto pair = tokenizer.join(Ids{31414}, Ids{232, 328}, 512);
  EXPECT_EQ(pair.ids, (Ids{0, 31414, 2, 2, 232, 328, 2}));
  EXPECT_EQ(tokenizer.pad_id(), 1);
}

TEST(BytePairPieces, split_words_by_the_pattern_of_gpt_2) {
  auto tokenizer = made(byte_pair_file(roberta_vocabulary, roberta_merges));

  EXPECT_EQ(tokenizer.encode("Hello's", 99), (Ids{31414, 18}));
  EXPECT_EQ(tokenizer.encode("Hello  world", 99), (Ids{31414, 1437, 232}));
  EXPECT_EQ(tokenizer.encode("Hello\n\n world", 99), (Ids{31414, 50118, 50118, 232}));
  EXPECT_EQ(tokenizer.encode("Hello\nHello", 99), (Ids{31414, 50118, 31414}));
  EXPECT_EQ(tokenizer.encode("Hello ", 99), (Ids{31414, 1437}));
  EXPECT_EQ(tokenizer.encode(" 12 !", 99), (Ids{112, 176, 27785}));
  EXPECT_EQ(tokenizer.encode("Hello\u00e9", 99), (Ids{31414, 3, 3}));
  EXPECT_EQ(tokenizer.encode("", 99), Ids{});
  EXPECT_EQ(tokenizer.encode("Hello world", 1), Ids{31414});
}

TEST(BytePairPieces, put_a_space_in_front_where_the_file_says_so) {
  auto tokenizer = made(byte_pair_file(roberta_vocabulary, roberta_merges,
                                       R"({"type":"ByteLevel","add_prefix_space":true})"));

  EXPECT_EQ(tokenizer.encode("world world", 99), (Ids{232, 232}));
  EXPECT_EQ(tokenizer.encode(" world", 99), Ids{232});
}

TEST(TextPairTokenizer, refuses_files_it_cannot_follow) {
  auto bert = write({.vocabulary = release_vocabulary});
  auto with = [&bert](const std::string& from, const std::string& to) {
    auto text = bert;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  const std::string files[] = {"",
                               "[]",
                               "{}",
                               R"({"model":{"type":"BPE"}})",
                               R"({"model":{"type":"WordLevel"}})",
                               byte_pair_file({{"a", 0}}, {}),
                               byte_pair_file(roberta_vocabulary, {"alone"}),
                               byte_pair_file(roberta_vocabulary, {}, R"({"type":"Metaspace"})"),
                               R"({"model":{"type":"Unigram","unk_id":9,"vocab":[["a",0]]}})",
                               R"({"model":{"type":"Unigram","unk_id":0,"vocab":[["a"]]}})",
                               with("BertNormalizer", "Lowercase"),
                               with("BertPreTokenizer", "Whitespace"),
                               with("BertProcessing", "Unknown"),
                               with("\"cls\"", "\"other\""),
                               with("[UNK]\",\"continuing", "[NONE]\",\"continuing"),
                               with("\"want\":3", "\"want\":\"3\""),
                               with("\"want\":3", "\"want\":-3")};
  for (const auto& file : files) {
    auto tokenizer = TextPairTokenizer::parse(file);
    ASSERT_FALSE(tokenizer.has_value()) << file;
    EXPECT_EQ(tokenizer.error().code, ErrorCode::invalid) << file;
  }
  EXPECT_EQ(TextPairTokenizer::load("/nowhere/tokenizer.json").error().code,
            ErrorCode::unavailable);
}

}  // namespace
}  // namespace aiva
