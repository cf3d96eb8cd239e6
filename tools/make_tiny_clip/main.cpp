// Writes a CLIP so small that its vectors can be computed by hand, for tests.
//
//   make_tiny_clip FOLDER
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "onnx_writer/onnx_graph.h"

namespace aiva::convert {
namespace {

// Gives the mean of each colour.
std::string make_vision_model() {
  OnnxGraph graph;
  auto pixels = graph.add_input("pixel_values", ElementType::float32,
                                {"batch", std::int64_t{3}, "height", "width"});
  auto means =
      graph.add_node("ReduceMean", {pixels}, "image_embeds",
                     {{"axes", std::vector<std::int64_t>{2, 3}}, {"keepdims", std::int64_t{0}}});
  graph.add_output(means, ElementType::float32, {"batch", std::int64_t{3}});
  return graph.to_model("vision", {});
}

// Gives the sum of a row of `table` for each id.
std::string make_text_model(const std::vector<float>& table, std::int64_t dimension = 3) {
  OnnxGraph graph;
  auto ids = graph.add_input("input_ids", ElementType::int64, {"batch", "length"});
  auto rows = static_cast<std::int64_t>(table.size()) / dimension;
  auto known = graph.add_floats("table", std::array{rows, dimension}, table);
  auto looked_up = graph.add_node("Gather", {known, ids}, "rows");
  auto axis = graph.add_integers("axis", std::array<std::int64_t, 1>{1});
  auto sum = graph.add_node("ReduceSum", {looked_up, axis}, "text_embeds",
                            {{"keepdims", std::int64_t{0}}});
  graph.add_output(sum, ElementType::float32, {"batch", dimension});
  return graph.to_model("text", {});
}

// Ids: letters of "red" and "blue" and what they become.
constexpr const char* tokenizer_json = R"({"model":{"type":"BPE",
  "vocab":{"r":0,"e":1,"d</w>":2,"b":3,"l":4,"u":5,"e</w>":6,"re":7,"red</w>":8,"bl":9,"blu":10,
           "blue</w>":11,"1</w>":12,"!</w>":13,"'s</w>":14,"'":15,"s</w>":16,"Ã":17,"¼</w>":18,
           "<|startoftext|>":19,"<|endoftext|>":20},
  "merges":["r e","re d</w>",["b","l"],"bl u","blu e</w>","' s</w>"]}})";

constexpr const char* preprocessor_json = R"({"size":{"shortest_edge":32},
  "crop_size":{"height":32,"width":32},"resample":3,"do_center_crop":true,
  "image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.25]})";

bool write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  file.close();
  return static_cast<bool>(file);
}

bool write_all(const std::filesystem::path& folder) {
  constexpr std::size_t words = 21;
  constexpr std::size_t red = 8;
  constexpr std::size_t blue = 11;
  std::error_code error;
  std::filesystem::create_directories(folder / "onnx", error);
  std::vector<float> table(words * 3);
  table[red * 3] = 1;
  table[blue * 3 + 2] = 1;
  return write(folder / "onnx/vision_model.onnx", make_vision_model()) &&
         write(folder / "onnx/text_model.onnx", make_text_model(table)) &&
         write(folder / "onnx/narrow_text_model.onnx",
               make_text_model(std::vector<float>(words * 2), 2)) &&
         write(folder / "tokenizer.json", tokenizer_json) &&
         write(folder / "preprocessor_config.json", preprocessor_json);
}

}  // namespace
}  // namespace aiva::convert

int main(int count, char** arguments) {
  if (count == 2 && aiva::convert::write_all(arguments[1])) return 0;
  std::fputs("usage: make_tiny_clip FOLDER\n", stderr);
  return 1;
}
