// Writes cross-encoders so small that their scores can be computed by hand, for tests.
//
//   make_tiny_cross_encoder FOLDER
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "onnx_writer/onnx_graph.h"

namespace aiva::convert {
namespace {

constexpr std::int64_t float_type = 1;  // of ONNX

constexpr std::array<std::string_view, 20> words = {
    "[PAD]",  "[UNK]",  "[CLS]", "[SEP]", "goods", "may",   "be", "return", "##ed", "when",
    "within", "thirty", "days",  "the",   "hall",  "opens", "at", "nine",   ".",    "?"};
constexpr std::array<std::string_view, 10> pieces = {"<s>",     "<pad>", "</s>", "<unk>", "▁goods",
                                                     "▁return", "ed",    "▁may", "▁hall", "▁"};
constexpr std::size_t first_word = 4;  // those before are marks

std::string add_one(OnnxGraph& graph) {
  return graph.add_integers("axis", std::array<std::int64_t, 1>{1});
}

// The mask as floats of shape [batch, length, 1].
std::string add_mask(OnnxGraph& graph, const std::string& mask, const std::string& name) {
  auto numbers = graph.add_node("Cast", {mask}, name + "_numbers", {{"to", float_type}});
  auto last = graph.add_integers(name + "_last", std::array<std::int64_t, 1>{2});
  return graph.add_node("Unsqueeze", {numbers, last}, name + "_column");
}

// Counts how often a word of one text is a word of the other, less 2.
std::string make_word_model() {
  constexpr auto count = static_cast<std::int64_t>(words.size());
  std::vector<float> table(words.size() * words.size());
  for (auto i = first_word; i < words.size(); ++i) table[i * words.size() + i] = 1;
  OnnxGraph graph;
  auto ids = graph.add_input("input_ids", ElementType::int64, {"batch", "length"});
  auto mask = graph.add_input("attention_mask", ElementType::int64, {"batch", "length"});
  auto types = graph.add_input("token_type_ids", ElementType::int64, {"batch", "length"});
  auto known = graph.add_floats("table", std::array{count, count}, table);
  auto looked_up = graph.add_node("Gather", {known, ids}, "looked_up");
  auto shown = graph.add_node("Mul", {looked_up, add_mask(graph, mask, "mask")}, "shown");
  auto of_second = graph.add_node("Mul", {shown, add_mask(graph, types, "types")}, "second_rows");
  auto of_first = graph.add_node("Sub", {shown, of_second}, "first_rows");
  auto axis = add_one(graph);
  auto first =
      graph.add_node("ReduceSum", {of_first, axis}, "first", {{"keepdims", std::int64_t{0}}});
  auto second =
      graph.add_node("ReduceSum", {of_second, axis}, "second", {{"keepdims", std::int64_t{0}}});
  auto both = graph.add_node("Mul", {first, second}, "both");
  auto shared =
      graph.add_node("ReduceSum", {both, axis}, "shared", {{"keepdims", std::int64_t{1}}});
  auto less = graph.add_node("Sub", {shared, graph.add_float("two", 2)}, "logits");
  graph.add_output(less, ElementType::float32, {"batch", std::int64_t{1}});
  return graph.to_model("words", {});
}

// The sum over the rows of a table, one row a piece.
std::string make_sum_model(const std::vector<float>& table, std::int64_t logits) {
  OnnxGraph graph;
  auto ids = graph.add_input("input_ids", ElementType::int64, {"batch", "length"});
  auto mask = graph.add_input("attention_mask", ElementType::int64, {"batch", "length"});
  auto rows = static_cast<std::int64_t>(table.size()) / logits;
  auto known = graph.add_floats("table", std::array{rows, logits}, table);
  auto looked_up = graph.add_node("Gather", {known, ids}, "looked_up");
  auto shown = graph.add_node("Mul", {looked_up, add_mask(graph, mask, "mask")}, "shown");
  auto sum = graph.add_node("ReduceSum", {shown, add_one(graph)}, "logits",
                            {{"keepdims", std::int64_t{0}}});
  graph.add_output(sum, ElementType::float32, {"batch", "logits"});
  return graph.to_model("sum", {});
}

std::string word_tokenizer() {
  std::string text = R"({"truncation":null,"padding":null,"added_tokens":[
{"id":0,"content":"[PAD]","special":true},{"id":1,"content":"[UNK]","special":true},
{"id":2,"content":"[CLS]","special":true},{"id":3,"content":"[SEP]","special":true}],
"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,
"strip_accents":null,"lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},
"post_processor":{"type":"TemplateProcessing","single":[],"pair":[
{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
{"SpecialToken":{"id":"[SEP]","type_id":0}},{"Sequence":{"id":"B","type_id":1}},
{"SpecialToken":{"id":"[SEP]","type_id":1}}],"special_tokens":{
"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},
"[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}},
"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
"max_input_chars_per_word":100,"vocab":{)";
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i > 0 ? ",\"" : "\"") + std::string(words.at(i)) + "\":" + std::to_string(i);
  return text + "}}}";
}

std::string piece_tokenizer() {
  std::string text = R"({"added_tokens":[{"id":0,"content":"<s>"},{"id":1,"content":"<pad>"},
{"id":2,"content":"</s>"},{"id":3,"content":"<unk>"}],
"normalizer":{"type":"Precompiled","precompiled_charsmap":""},
"pre_tokenizer":{"type":"Metaspace","replacement":"▁","add_prefix_space":true},
"post_processor":{"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",0]},
"model":{"type":"Unigram","unk_id":3,"vocab":[)";
  for (std::size_t i = 0; i < pieces.size(); ++i)
    text += (i > 0 ? ",[\"" : "[\"") + std::string(pieces.at(i)) + "\"," +
            (i < first_word ? "0.0]" : "-" + std::to_string(i) + ".5]");
  return text + "]}}";
}

bool write(const std::filesystem::path& path, const std::string& bytes) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  file.close();
  return static_cast<bool>(file);
}

bool write_all(const std::filesystem::path& folder) {
  // The second logit of a piece is its place behind the marks: goods 1, return 2, …
  std::vector<float> two(pieces.size() * 2);
  for (auto i = first_word; i < pieces.size(); ++i)
    two[i * 2 + 1] = static_cast<float>(i - first_word + 1) / 10;
  return write(folder / "words/onnx/model.onnx", make_word_model()) &&
         write(folder / "words/tokenizer.json", word_tokenizer()) &&
         write(folder / "words/config.json",
               R"({"model_type":"bert","max_position_embeddings":64})") &&
         write(folder / "pieces/model.onnx", make_sum_model(two, 2)) &&
         write(folder / "pieces/tokenizer.json", piece_tokenizer()) &&
         write(folder / "pieces/config.json",
               R"({"model_type":"xlm-roberta","max_position_embeddings":34})") &&
         write(folder / "classes/model.onnx",
               make_sum_model(std::vector<float>(words.size() * 3), 3)) &&
         write(folder / "classes/tokenizer.json", word_tokenizer());
}

}  // namespace
}  // namespace aiva::convert

int main(int count, char** arguments) {
  if (count == 2 && aiva::convert::write_all(arguments[1])) return 0;
  std::fputs("usage: make_tiny_cross_encoder FOLDER\n", stderr);
  return 1;
}
