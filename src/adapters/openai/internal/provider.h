#pragma once

#include <memory>
#include <string>

#include "adapters/openai/internal/failure.h"
#include "adapters/openai/internal/request_pace.h"
#include "adapters/openai/openai.h"
#include "foundation/call_context.h"
#include "foundation/task.h"
#include "ports/http_client.h"

namespace aiva::openai {

// How long to wait before attempt number `attempt + 1`: what the server asked for, else up to a
// time doubled for each attempt, of which `jitter` (0 … 1) says the part, so that many clients do
// not come back together.
std::chrono::milliseconds backoff(const OpenAiOptions& options, int attempt, double jitter,
                                  std::optional<std::chrono::milliseconds> retry_after);

// How a request is sent besides.
struct PostOptions {
  RequestPace* pace = nullptr;  // every attempt waits for its turn there
  RequestCost cost{};
  std::chrono::milliseconds timeout{0};  // for one attempt; 0: the server's
};

// POST requests to one server, repeated where that helps. Any thread.
class Provider {
 public:
  Provider(OpenAiOptions options, HttpClient& http);

  [[nodiscard]] const OpenAiOptions& options() const { return options_; }

  // The whole answer of a 2xx, or the Failure of the last attempt. Asks again after silence, too.
  Task<std::expected<HttpResponse, Failure>> post(CallContext context, std::string path,
                                                  std::string body, PostOptions options = {});
  // The stream of a 2xx answer.
  Task<Result<std::unique_ptr<HttpStream>>> open(CallContext context, std::string path,
                                                 std::string body);

 private:
  [[nodiscard]] HttpRequest make_request(const std::string& path, const std::string& body,
                                         const char* accept) const;
  Task<Result<std::unique_ptr<HttpStream>>> try_open(CallContext context, HttpRequest request,
                                                     Failure& failure);
  Task<Result<void>> back_off(CallContext context, Failure failure, int attempt,
                              RequestPace* pace = nullptr);

  OpenAiOptions options_;
  HttpClient& http_;
};

}  // namespace aiva::openai
