#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "foundation/metrics.h"
#include "foundation/pause.h"
#include "foundation/result.h"
#include "foundation/thread_pool.h"
#include "ports/clock.h"
#include "ports/http_client.h"
#include "ports/object_store.h"

namespace aiva {

// How objects are encrypted where they lie.
enum class S3Encryption {
  none,    // as the bucket's own default says
  s3,      // by the server with its keys (SSE-S3)
  kms,     // by the server with a key of its key service (SSE-KMS)
  sealed,  // by this program before they leave it
};

struct S3Options {
  std::string url{};  // http:// or https://, host, port
  std::string bucket{};
  std::string region = "us-east-1";
  std::string access_key{};
  std::string secret_key{};
  std::string session_token{};
  std::string prefix{};    // of all keys, with its slash; empty: none
  bool path_style = true;  // false: the bucket's name stands before the host's
  S3Encryption encryption = S3Encryption::none;
  std::string kms_key{};           // the id of the key; empty: the server's default
  std::string master_key{};        // 32 bytes; opens what is sealed, whatever `encryption` says now
  std::filesystem::path folder{};  // of staged files and of copies; made where it is missing
  std::uint64_t cache_bytes_max = std::uint64_t{4} << 30;
  std::chrono::milliseconds copies_kept_least{600'000};  // after they were given out
  std::uint64_t part_bytes = 16 * 1024 * 1024;           // of larger files; at least 5 MiB on S3
  std::size_t parts_at_once = 4;
  std::size_t page_entries = 1000;                                 // of listings
  std::chrono::milliseconds unfinished_age_max{24 * 3600 * 1000};  // of uploads
  int attempts_max = 6;
  std::chrono::milliseconds pause{100};
  std::chrono::milliseconds patience{30000};  // for the next byte of the server
};

// Borrowed, and outlive the store; pauses of the function do so, too.
struct S3Parts {
  HttpClient& http;
  ThreadPool& pool;  // for files
  Pause pause;
  const Clock& clock;
  Metrics& metrics;
};

// Objects in a bucket of an S3-compatible store, which exists. An object is acknowledged when the
// server has said so; its bytes are checked on both ways by their SHA-256. Reads ask the server
// whether the copy in `folder` is still the object, so that all processes see the same. Fails with
// `invalid`, naming the setting of [objects], and where the folder cannot be used; the server is
// first asked by the first call.
Result<std::unique_ptr<ObjectStore>> make_s3_object_store(S3Options options, S3Parts parts);

}  // namespace aiva
