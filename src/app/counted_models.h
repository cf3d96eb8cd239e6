#pragma once

#include <memory>

#include "foundation/metrics.h"
#include "ports/image_model.h"
#include "ports/text_embedder.h"

namespace aiva::app {

// The same models, whose calls are counted and timed: aiva_embedding_… and aiva_image_…. `metrics`
// is borrowed.
std::unique_ptr<TextEmbedder> count_texts(std::unique_ptr<TextEmbedder> embedder, Metrics& metrics);
std::unique_ptr<ImageModel> count_pictures(std::unique_ptr<ImageModel> model, Metrics& metrics);

}  // namespace aiva::app
