// Makes sentence_encoder.onnx and sentence_encoder.vocab out of the TensorFlow.js files of the
// English sentence encoder.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "convert_sentence_encoder/encoder_network.h"
#include "convert_sentence_encoder/piece_list.h"
#include "onnx_writer/tensor_archive.h"

namespace aiva::convert {
namespace {

// Writes beside `path` and renames, so that nobody ever reads half a file.
Result<void> write_file(const std::filesystem::path& path, const std::string& bytes) {
  auto temporary = path;
  temporary += ".tmp";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(temporary, path, error);
  if (!file || error) return fail(ErrorCode::invalid, "Cannot write " + path.string());
  return {};
}

Result<void> convert_folder(const std::filesystem::path& in, const std::filesystem::path& out) {
  std::ifstream file(in / "vocab.json", std::ios::binary);
  std::string vocabulary{std::istreambuf_iterator<char>(file), {}};
  if (!file) return fail(ErrorCode::invalid, "Cannot read " + (in / "vocab.json").string());
  TRY(auto pieces, make_piece_list(vocabulary));
  TRY(auto weights, TensorArchive::read(in));
  TRY(auto model, make_encoder_model(weights, Precision::float32));
  TRY(auto small_model, make_encoder_model(weights, Precision::int8));
  std::error_code error;
  std::filesystem::create_directories(out, error);
  TRY_VOID(write_file(out / "sentence_encoder.vocab", pieces));
  TRY_VOID(write_file(out / "sentence_encoder_int8.onnx", small_model));
  return write_file(out / "sentence_encoder.onnx", model);
}

}  // namespace
}  // namespace aiva::convert

int main(int count, char** arguments) {
  if (count != 3) {
    std::fputs("usage: convert_sentence_encoder IN_DIR OUT_DIR\n", stderr);
    return 2;
  }
  auto result = aiva::convert::convert_folder(arguments[1], arguments[2]);
  if (result) return 0;
  std::fprintf(stderr, "convert_sentence_encoder: %s\n", result.error().message.c_str());
  return 1;
}
