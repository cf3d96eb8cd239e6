#include "app/object_parts.h"

#include <fstream>
#include <string_view>
#include <utility>

#include "adapters/http_client/http_client.h"
#include "adapters/local_files/local_object_store.h"
#include "app/data_folder.h"
#include "foundation/log.h"
#include "foundation/pause.h"

namespace aiva::app {
namespace {

constexpr std::size_t key_file_lines_max = 1000;

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

Result<ObjectKeys> keys_of(const Config::Objects& objects) {
  if (!objects.credentials_file.empty()) return read_object_keys(objects.credentials_file);
  return ObjectKeys{.access_key = objects.access_key,
                    .secret_key = objects.secret_key,
                    .session_token = objects.session_token};
}

Result<void> open_bucket(const Config& config, Parts& parts) {
  const auto& objects = config.objects;
  TRY(auto options, bucket_options(objects));
  TRY(options.master_key, load_master_key(config, parts.folder));
  options.folder = parts.folder / "s3";
  options.cache_bytes_max = static_cast<std::uint64_t>(objects.cache_mb) << 20;
  TRY(parts.object_http, make_object_http(objects));
  S3Parts borrowed{.http = *parts.object_http,
                   .pool = parts.files,
                   .pause = make_pause(),
                   .clock = parts.clock,
                   .metrics = parts.metrics};
  TRY(parts.objects, make_s3_object_store(std::move(options), std::move(borrowed)));
  log::info("objects are in S3",
            {{"url", objects.url}, {"bucket", objects.bucket}, {"encryption", objects.encryption}});
  return {};
}

}  // namespace

Result<ObjectKeys> read_object_keys(const std::filesystem::path& file) {
  std::ifstream input(file);
  if (!input)
    return fail(ErrorCode::not_found, "objects.credentials_file cannot be read: " + file.string());
  ObjectKeys keys;
  std::string line;
  for (std::size_t lines = 0; lines < key_file_lines_max && std::getline(input, line); ++lines) {
    auto equals = line.find('=');
    if (equals == std::string::npos) continue;
    auto name = trim(std::string_view(line).substr(0, equals));
    auto value = trim(std::string_view(line).substr(equals + 1));
    for (auto [wanted, key] : {std::pair("aws_access_key_id", &keys.access_key),
                               std::pair("aws_secret_access_key", &keys.secret_key),
                               std::pair("aws_session_token", &keys.session_token)})
      if (name == wanted && key->empty()) *key = value;
  }
  if (keys.access_key.empty() || keys.secret_key.empty())
    return fail(invalid_field("objects.credentials_file",
                              "has no aws_access_key_id or no aws_secret_access_key"));
  return keys;
}

S3Encryption encryption_of(const std::string& name) {
  if (name == "s3") return S3Encryption::s3;
  if (name == "kms") return S3Encryption::kms;
  return name == "sealed" ? S3Encryption::sealed : S3Encryption::none;
}

Result<S3Options> bucket_options(const Config::Objects& objects) {
  TRY(auto keys, keys_of(objects));
  return S3Options{.url = objects.url,
                   .bucket = objects.bucket,
                   .region = objects.region,
                   .access_key = std::move(keys.access_key),
                   .secret_key = std::move(keys.secret_key),
                   .session_token = std::move(keys.session_token),
                   .prefix = objects.prefix,
                   .path_style = objects.path_style,
                   .encryption = encryption_of(objects.encryption),
                   .kms_key = objects.kms_key};
}

Result<std::unique_ptr<HttpClient>> make_object_http(const Config::Objects& objects) {
  return make_http_client({.waiting_per_host_max = 10000, .ca_file = objects.ca_file});
}

Result<void> open_objects(const Config& config, Parts& parts) {
  if (config.objects.store == "s3") return open_bucket(config, parts);
  bool is_power = config.data.sync == "power";
  LocalObjectStoreOptions options{.sync = is_power ? SyncLevel::power : SyncLevel::process};
  TRY(parts.objects, make_local_object_store(parts.folder / "files", parts.files, options));
  return {};
}

}  // namespace aiva::app
