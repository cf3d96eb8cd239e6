#pragma once

#include <filesystem>

#include "adapters/onnx/internal/pixel_planes.h"
#include "foundation/picture/resize.h"
#include "foundation/result.h"

namespace aiva {

// Where the files of a CLIP lie.
struct ClipFiles {
  std::filesystem::path vision{};
  std::filesystem::path text{};
  std::filesystem::path tokenizer{};
  std::filesystem::path preprocessor{};
};

// Fails with `invalid`, naming what is missing.
Result<ClipFiles> find_clip_files(const std::filesystem::path& folder);

// How pictures are made ready, from preprocessor_config.json.
struct ClipPreparation {
  PictureSize size{};        // equal sides: of the shorter side, unless `is_squeezed`
  PictureSize crop{};        // of the middle; zero: none
  bool is_squeezed = false;  // brought to `size` whatever the proportions
  ResizeFilter filter = ResizeFilter::bicubic;
  PixelScale scale{};

  // The size of what prepare() gives.
  [[nodiscard]] PictureSize result() const { return crop.width > 0 ? crop : size; }
  [[nodiscard]] Picture prepare(const Picture& picture) const;
};

Result<ClipPreparation> read_clip_preparation(const std::filesystem::path& preprocessor_config);

}  // namespace aiva
