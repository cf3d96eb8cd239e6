#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "adapters/s3/s3_object_store.h"
#include "app/config.h"
#include "app/parts.h"
#include "foundation/result.h"
#include "ports/http_client.h"

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

// What the configuration tells of S3: all but the folder, the master key and how much is cached.
Result<S3Options> bucket_options(const Config::Objects& objects);
// objects.encryption.
S3Encryption encryption_of(const std::string& name);
// The connections to S3.
Result<std::unique_ptr<HttpClient>> make_object_http(const Config::Objects& objects);

// Makes the object store that the configuration names: a folder, or a bucket of S3 with copies in
// the data folder.
Result<void> open_objects(const Config& config, Parts& parts);

}  // namespace aiva::app
