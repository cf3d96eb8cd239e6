#pragma once

#include <filesystem>
#include <string>

#include "app/config.h"
#include "app/parts.h"
#include "foundation/result.h"

namespace aiva::app {

// Keys of an object store.
struct ObjectKeys {
  std::string access_key{};
  std::string secret_key{};
  std::string session_token{};
};

// Reads aws_access_key_id, aws_secret_access_key and aws_session_token from lines `name = value`,
// the first of each; sections and comments are passed over. Fails with a sentence for the operator.
Result<ObjectKeys> read_object_keys(const std::filesystem::path& file);

// Makes the object store that the configuration names: a folder, or a bucket of S3 with copies in
// the data folder.
Result<void> open_objects(const Config& config, Parts& parts);

}  // namespace aiva::app
