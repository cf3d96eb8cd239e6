#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "adapters/http_client/http_client.h"
#include "adapters/s3/internal/s3_client.h"
#include "adapters/s3/s3_object_store.h"
#include "adapters/s3/testing/faulty_http_client.h"
#include "adapters/s3/testing/s3_server.h"
#include "foundation/ids.h"
#include "foundation/metrics.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::s3 {

inline constexpr const char* test_bucket = "aiva-test";

// Clients of this test program: reading the system's certificates takes long.
inline HttpClient& shared_client() {
  static auto client = std::move(*make_http_client());
  return *client;
}
inline HttpClient& other_shared_client() {
  static auto client = std::move(*make_http_client());
  return *client;
}

// What stores of a test stand on: the server, a prefix of its own, folders, a client with faults.
class S3Ground {
 public:
  S3Ground() {
    options.url = S3Server::shared().url();
    options.bucket = test_bucket;
    options.access_key = S3Server::access_key;
    options.secret_key = S3Server::secret_key;
    options.prefix = "t" + Uuid::make().to_string() + "/";
    options.master_key = std::string(32, 'm');
    options.pause = std::chrono::milliseconds(1);
    options.copies_kept_least = std::chrono::milliseconds(0);
    static const bool has_bucket = send({.method = "PUT"}).is_success();
    EXPECT_TRUE(has_bucket);
  }

  // A store with a folder of its own, as another process has it.
  std::unique_ptr<ObjectStore> open() { return open_as(options); }
  std::unique_ptr<ObjectStore> open_as(S3Options wanted) {
    return open_as(std::move(wanted), http);
  }
  std::unique_ptr<ObjectStore> open_as(S3Options wanted, HttpClient& client) {
    if (wanted.folder.empty()) wanted.folder = folder.path() / Uuid::make().to_string();
    auto store = make_s3_object_store(
        std::move(wanted),
        {.http = client, .pool = pool, .pause = pause, .clock = *clock, .metrics = metrics});
    AIVA_ASSERT(store.has_value());
    return std::move(*store);
  }

  // Asks the server itself. Keys have the prefix already.
  S3Answer send(S3Request request) {
    S3Client client(*make_endpoint({.url = options.url, .bucket = options.bucket}),
                    Signer({options.access_key, options.secret_key, {}}, options.region), {},
                    {.http = aside,
                     .pause = pause,
                     .clock = system_clock,
                     .requests = metrics.counter("test_requests_total", ""),
                     .retries = metrics.counter("test_retries_total", "")});
    auto answer = sync_wait(client.send({}, std::move(request)));
    EXPECT_TRUE(answer.has_value());
    return answer ? *answer : S3Answer{};
  }

  TemporaryFolder folder;
  ThreadPool pool{{.name = "files", .threads = 2}};
  Pause pause = make_pause();
  Metrics metrics;
  SystemClock system_clock;
  const Clock* clock = &system_clock;
  HttpClient& inner = shared_client();
  FaultyHttpClient http{inner};
  // For faults, which run in the middle of a request of the other one.
  HttpClient& aside = other_shared_client();
  S3Options options;
};

// Puts a text, staged as uploads are.
inline Result<void> put_text(ObjectStore& store, const std::string& key, const std::string& text,
                             CallContext context = {}) {
  auto file = store.staging_folder() / Uuid::make().to_string();
  std::ofstream(file, std::ios::binary) << text;
  return sync_wait(store.put_file(std::move(context), key, file));
}

// The object's text, or the name of what went wrong.
inline std::string text_of(ObjectStore& store, const std::string& key) {
  auto file = sync_wait(store.local_copy({}, key));
  return file ? read_whole_file(*file) : std::string(to_string(file.error().code));
}

// Bytes that repeat nowhere near.
inline std::string long_text(std::size_t size) {
  std::string text(size, '\0');
  std::uint64_t state = 88172645463325252U;
  for (auto& byte : text) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<char>(state >> 56);
  }
  return text;
}

}  // namespace aiva::s3
