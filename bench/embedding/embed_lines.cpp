// Writes the vectors of lines from the standard input, as the packaged encoder makes them, to a
// file: rows of little-endian floats, as retrieval_bench --vectors takes them.
// usage: embed_lines FILE [NATIVE_DIR], by default native/unpacked
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "adapters/onnx/onnx_text_embedder.h"
#include "foundation/task.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: embed_lines FILE [NATIVE_DIR]\n", stderr);
    return 2;
  }
  const std::filesystem::path native = argc > 2 ? argv[2] : "native/unpacked";
  const auto folder = native / "sentence_encoder";
  auto embedder =
      aiva::make_onnx_text_embedder({.library_path = native / "onnxruntime/libonnxruntime.so",
                                     .model_path = folder / "sentence_encoder_int8.onnx",
                                     .vocab_path = folder / "sentence_encoder.vocab"});
  if (!embedder) {
    std::fprintf(stderr, "%s: %s\n", embedder.error().message.c_str(),
                 embedder.error().cause.c_str());
    return 1;
  }
  std::ofstream out(argv[1], std::ios::binary);
  std::size_t rows = 0;
  std::vector<std::string> lines;
  auto flush = [&] {
    rows += lines.size();
    const auto vectors = aiva::sync_wait((*embedder)->embed({}, std::exchange(lines, {}))).value();
    out.write(reinterpret_cast<const char*>(vectors.values.data()),
              static_cast<std::streamsize>(vectors.values.size() * sizeof(float)));
  };
  for (std::string line; std::getline(std::cin, line);) {
    lines.push_back(std::move(line));
    if (lines.size() == 256) flush();
  }
  if (!lines.empty()) flush();
  std::printf("%zu rows of %zu floats\n", rows, (*embedder)->dimension());
  return out.flush() ? 0 : 1;
}
