// Makes image_model.onnx out of the TensorFlow.js files of the packaged image model.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "convert_image_model/detector_network.h"
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

// One number a line.
Result<std::vector<float>> read_mean(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<float> mean;
  for (float value = 0; file >> value;) mean.push_back(value);
  if (!file.eof()) return fail(ErrorCode::invalid, "Cannot read " + path.string());
  return mean;
}

Result<void> convert_folder(const std::filesystem::path& in, const std::filesystem::path& mean_file,
                            const std::filesystem::path& out) {
  TRY(auto weights, TensorArchive::read(in));
  TRY(auto mean, read_mean(mean_file));
  TRY(auto model, make_detector_model(weights, mean));
  std::error_code error;
  std::filesystem::create_directories(out, error);
  return write_file(out / "image_model.onnx", model);
}

}  // namespace
}  // namespace aiva::convert

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: convert_image_model IN_DIR MEAN_FILE OUT_DIR\n", stderr);
    return 2;
  }
  auto result = aiva::convert::convert_folder(arguments[1], arguments[2], arguments[3]);
  if (result) return 0;
  std::fprintf(stderr, "convert_image_model: %s\n", result.error().message.c_str());
  return 1;
}
