#include "adapters/onnx/internal/cross_encoder_files.h"

#include <algorithm>
#include <optional>
#include <string>

#include "adapters/onnx/internal/json_members.h"
#include "foundation/read_file.h"

namespace aiva {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t config_bytes_max = 1024UL * 1024;
constexpr std::int64_t tokens_usual = 512;
constexpr std::int64_t tokens_least = 16;

Result<fs::path> find_one(const fs::path& folder, const char* name) {
  std::error_code error;
  for (const auto& path : {folder / name, folder / "onnx" / name})
    if (fs::is_regular_file(path, error)) return path;
  return fail(ErrorCode::invalid, "The folder has no " + std::string(name), folder.string());
}

// What a configuration says; empty where there is none that can be read.
json::Value read_config(const fs::path& path) {
  auto text = read_file(path, config_bytes_max);
  if (!text) return json::Object();
  auto value = json::parse(*text, {.bytes_max = config_bytes_max});
  return value && value->is_object() ? std::move(*value) : json::Value(json::Object());
}

// RoBERTa and those after it count places from behind the mark of padding.
std::optional<std::int64_t> read_places(const json::Object& config) {
  auto places = integer_in(config, "max_position_embeddings");
  bool is_roberta = text_in(config, "model_type").find("roberta") != std::string_view::npos;
  if (places && is_roberta) *places -= 2;
  return places;
}

}  // namespace

Result<CrossEncoderFiles> find_cross_encoder_files(const fs::path& folder) {
  CrossEncoderFiles files;
  TRY(files.model, find_one(folder, "model.onnx"));
  TRY(files.tokenizer, find_one(folder, "tokenizer.json"));
  files.config = folder / "config.json";
  files.tokenizer_config = folder / "tokenizer_config.json";
  return files;
}

std::size_t read_tokens_max(const CrossEncoderFiles& files, std::size_t tokenizer_limit) {
  auto limit = tokens_usual;
  auto lower = [&limit](std::optional<std::int64_t> said) {
    if (said && *said >= tokens_least) limit = std::min(limit, *said);
  };
  lower(static_cast<std::int64_t>(tokenizer_limit));
  lower(read_places(read_config(files.config).get_object()));
  lower(integer_in(read_config(files.tokenizer_config).get_object(), "model_max_length"));
  return static_cast<std::size_t>(limit);
}

}  // namespace aiva
