#include "adapters/onnx/internal/clip_files.h"

#include <cmath>
#include <optional>
#include <string>

#include "foundation/json.h"
#include "foundation/read_file.h"

namespace aiva {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t config_bytes_max = 1024UL * 1024;
constexpr int side_max = 1024;
constexpr int pillow_bilinear = 2;
constexpr int pillow_bicubic = 3;

Result<fs::path> find_one(const fs::path& folder, const char* name) {
  std::error_code error;
  for (const auto& path : {folder / name, folder / "onnx" / name})
    if (fs::is_regular_file(path, error)) return path;
  return fail(ErrorCode::invalid, "The folder has no " + std::string(name), folder.string());
}

std::optional<double> read_number(const json::Value& value) {
  boost::system::error_code error;
  auto number = value.to_number<double>(error);
  if (error || !std::isfinite(number)) return std::nullopt;
  return number;
}

// A side between 1 and side_max; zero for anything else.
int read_side(const json::Value* value) {
  if (value == nullptr) return 0;
  auto number = read_number(*value).value_or(0);
  return number >= 1 && number <= side_max ? static_cast<int>(number) : 0;
}

// A number for both sides, or an object of `height` and `width`.
PictureSize read_size(const json::Value* value) {
  if (value == nullptr) return {};
  const auto* object = value->if_object();
  if (object == nullptr) return {.width = read_side(value), .height = read_side(value)};
  return {.width = read_side(object->if_contains("width")),
          .height = read_side(object->if_contains("height"))};
}

bool read_triple(const json::Object& config, const char* key, std::array<float, 3>& triple) {
  const auto* value = config.if_contains(key);
  const auto* array = value == nullptr ? nullptr : value->if_array();
  if (array == nullptr || array->size() != 3) return false;
  for (std::size_t i = 0; i < 3; ++i) {
    auto number = read_number((*array)[i]);
    if (!number) return false;
    triple.at(i) = static_cast<float>(*number);
  }
  return true;
}

bool is_on(const json::Object& config, const char* key) {
  const auto* value = config.if_contains(key);
  return value == nullptr || !value->is_bool() || value->get_bool();
}

}  // namespace

Result<ClipFiles> find_clip_files(const fs::path& folder) {
  ClipFiles files;
  TRY(files.vision, find_one(folder, "vision_model.onnx"));
  TRY(files.text, find_one(folder, "text_model.onnx"));
  TRY(files.tokenizer, find_one(folder, "tokenizer.json"));
  TRY(files.preprocessor, find_one(folder, "preprocessor_config.json"));
  return files;
}

Picture ClipPreparation::prepare(const Picture& picture) const {
  if (is_squeezed) return resize(picture, size.width, size.height, filter);
  auto scaled = with_shorter_side(picture.width, picture.height, size.width);
  auto whole = resize(picture, scaled.width, scaled.height, filter);
  auto kept = result();
  return crop_centre(whole, kept.width, kept.height);
}

Result<ClipPreparation> read_clip_preparation(const fs::path& preprocessor_config) {
  auto malformed = [&preprocessor_config](const char* why) {
    return fail(ErrorCode::invalid, std::string("preprocessor_config.json: ") + why,
                preprocessor_config.string());
  };
  auto text = read_file(preprocessor_config, config_bytes_max);
  if (!text) return malformed("it cannot be read");
  TRY(auto value, json::parse(*text, {.bytes_max = config_bytes_max}));
  const auto* config = value.if_object();
  if (config == nullptr) return malformed("it is no object");
  ClipPreparation preparation;
  const auto* size = config->if_contains("size");
  const auto* size_object = size == nullptr ? nullptr : size->if_object();
  int shortest = size_object == nullptr ? read_side(size)
                                        : read_side(size_object->if_contains("shortest_edge"));
  preparation.is_squeezed = shortest == 0;
  preparation.size = shortest > 0 ? PictureSize{shortest, shortest} : read_size(size);
  if (preparation.size.width == 0 || preparation.size.height == 0)
    return malformed("its size is none");
  if (!preparation.is_squeezed && is_on(*config, "do_center_crop"))
    preparation.crop = read_size(config->if_contains("crop_size"));
  if (!preparation.is_squeezed && preparation.crop.width == 0) preparation.crop = preparation.size;
  if (preparation.crop.width > preparation.size.width ||
      preparation.crop.height > preparation.size.height)
    return malformed("its crop_size is larger than its size");
  const auto* resample = config->if_contains("resample");
  auto method = resample == nullptr ? pillow_bicubic : read_number(*resample).value_or(0);
  if (method != pillow_bicubic && method != pillow_bilinear)
    return malformed("its resample is neither bilinear (2) nor bicubic (3)");
  if (method == pillow_bilinear) preparation.filter = ResizeFilter::bilinear;
  const auto* factor = config->if_contains("rescale_factor");
  preparation.scale.scale =
      factor == nullptr ? 1.0F / 255 : static_cast<float>(read_number(*factor).value_or(1.0 / 255));
  if (is_on(*config, "do_normalize")) {
    bool is_read = read_triple(*config, "image_mean", preparation.scale.mean) &&
                   read_triple(*config, "image_std", preparation.scale.deviation);
    if (!is_read) return malformed("its image_mean or image_std is no list of three numbers");
    for (float deviation : preparation.scale.deviation)
      if (deviation <= 0) return malformed("its image_std must be above 0");
  }
  return preparation;
}

}  // namespace aiva
