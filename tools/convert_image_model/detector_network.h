#pragma once

#include <span>
#include <string>

#include "foundation/result.h"
#include "onnx_writer/tensor_archive.h"

namespace aiva::convert {

inline constexpr int picture_side = 300;
inline constexpr int vector_size = 1280;

// The .onnx file of the backbone and the class predictors of an SSD detector over MobileNetV2
// (Sandler et al. 2018, arXiv:1801.04381; Liu et al. 2016, arXiv:1512.02325), trained on COCO.
// Where things are is left out, so the heads that place boxes are.
//   in:  pixels float [batch, 3, 300, 300]: red, green, blue from 0 to 255
//   out: vectors float [batch, 1280]: the mean over the last feature map, made unit length, less
//        `mean`, made unit length again
//        scores float [batch, 91]: for each class the best score of any anchor, 0 to 1
// `mean` is what pictures have in common. Fails with `invalid` when a weight is missing or has
// another shape.
Result<std::string> make_detector_model(const TensorArchive& weights, std::span<const float> mean);

}  // namespace aiva::convert
