#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "app/config.h"
#include "app/paths.h"
#include "foundation/result.h"
#include "ports/http_client.h"
#include "ports/image_model.h"
#include "ports/reranker.h"
#include "ports/text_embedder.h"

namespace aiva::app {

struct EmbedderChoice {
  std::unique_ptr<TextEmbedder> embedder;
  std::function<int(std::string_view)> count_tokens;  // as the embedder counts, or nearly
};

// The text embedder the configuration names. "none" answers `unavailable` to every call, so that
// search works by keywords alone.
Result<EmbedderChoice> make_embedder(const Config& config, const Paths& paths, HttpClient& http);

// The image model the configuration names: the packaged one, or one that was added to the data
// folder. Where the packaged one's file is missing every call answers `unavailable`.
Result<std::unique_ptr<ImageModel>> make_image_model(const Config& config, const Paths& paths,
                                                     const std::filesystem::path& data_folder);

// The reranker the configuration names, which was added to the data folder; null for "none".
Result<std::unique_ptr<Reranker>> make_reranker(const Config& config, const Paths& paths,
                                                const std::filesystem::path& data_folder);

}  // namespace aiva::app
