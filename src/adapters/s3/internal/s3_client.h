#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "adapters/s3/internal/endpoint.h"
#include "adapters/s3/internal/server_clock.h"
#include "adapters/s3/internal/signature.h"
#include "foundation/metrics.h"
#include "foundation/pause.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/http_client.h"

namespace aiva::s3 {

struct S3Request {
  std::string method = "GET";
  std::string key{};      // with its prefix; empty: the bucket itself
  NamedValues query{};    // not encoded
  NamedValues headers{};  // names in lower case
  std::string body{};
  std::optional<HttpFileBody> file{};  // instead of `body`
  std::string file_hash{};             // SHA-256 of it, hexadecimal
};

// What the server answered in the end, whatever it was.
struct S3Answer {
  HttpResponse response{};
  std::string code{};  // of an error: NoSuchKey; empty where no body tells
  int attempts = 1;

  [[nodiscard]] bool is_success() const {
    return response.status >= 200 && response.status < 300 && code.empty();
  }
};

// An answer whose body is still to come, if it is a success.
struct S3Stream {
  S3Answer answer{};
  std::unique_ptr<HttpStream> body{};  // null where it is none
};

// An answer that is no success, as an error of ours.
Error error_of(const S3Answer& answer);

struct S3ClientOptions {
  int attempts_max = 6;
  std::chrono::milliseconds pause{100};  // before the second attempt, then doubled
  std::chrono::milliseconds pause_max{5000};
  std::chrono::milliseconds patience{30000};  // for the next byte of the server
};

// Signs requests and sends them, again where that may help: connections that fail, 429, 5xx and
// SlowDown after growing pauses, a clock that is wrong at once. Everything outlives it.
class S3Client {
 public:
  struct Parts {
    HttpClient& http;
    Pause pause;
    const Clock& clock;
    Counter& requests;
    Counter& retries;
  };
  S3Client(Endpoint endpoint, Signer signer, S3ClientOptions options, Parts parts);

  // Fails where no attempt was answered, as HttpClient does.
  Task<Result<S3Answer>> send(CallContext context, S3Request request);
  Task<Result<S3Stream>> open(CallContext context, S3Request request);
  // The next piece of a body within the patience; nothing at its end.
  Task<Result<std::optional<std::string>>> next(CallContext context, HttpStream& body);

  // The URL that lets anybody send the request with exactly these headers for so long.
  [[nodiscard]] std::string link(const S3Request& request, std::chrono::seconds life) const;

 private:
  [[nodiscard]] HttpRequest prepare(const S3Request& request) const;
  Task<Result<S3Stream>> attempt(CallContext context, const S3Request& request);
  Task<Result<std::string>> read_body(CallContext context, HttpStream& body, std::size_t bytes_max);
  Task<Result<void>> rest(CallContext context, int attempt, const S3Answer* answer);

  Endpoint endpoint_;
  Signer signer_;
  S3ClientOptions options_;
  Parts parts_;
  ServerClock clock_;
};

}  // namespace aiva::s3
