#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "foundation/result.h"

namespace aiva::app {

// A CLIP in the data folder.
struct AddedClip {
  std::string name;   // of its folder, as the configuration says it
  std::string model;  // stored beside the vectors; other weights have another
  std::size_t dimension = 0;
  int picture_side = 0;
  std::size_t tokens_max = 0;
};

// A cross-encoder in the data folder.
struct AddedReranker {
  std::string name;   // of its folder, as the configuration says it
  std::string model;  // other weights have another
  std::size_t tokens_max = 0;
  std::size_t logits = 0;
};

struct ModelToAdd {
  std::filesystem::path library;  // libonnxruntime.so
  std::filesystem::path data_folder;
  std::filesystem::path source;
  std::string name{};  // empty: as the source's folder is called
};

// Runs the model once and copies what it needs into the data folder, in place of one of the same
// name. Fails with `invalid` and a sentence for the operator; then nothing has changed.
Result<AddedClip> add_clip(const ModelToAdd& wanted);
Result<AddedReranker> add_reranker(const ModelToAdd& wanted);

// What was noted; `invalid` when there is no such model of this kind.
Result<AddedClip> find_added_clip(const std::filesystem::path& data_folder,
                                  const std::string& name);
Result<AddedReranker> find_added_reranker(const std::filesystem::path& data_folder,
                                          const std::string& name);

std::filesystem::path added_model_folder(const std::filesystem::path& data_folder,
                                         const std::string& name);

// The model as JSON.
std::string describe(const AddedClip& clip);
std::string describe(const AddedReranker& reranker);

}  // namespace aiva::app
