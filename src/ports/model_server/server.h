#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/pause.h"
#include "foundation/task.h"
#include "ports/http_client.h"
#include "ports/model_server/failure.h"
#include "ports/model_server/request_pace.h"

namespace aiva::model_server {

// A model provider's server, and how patiently it is asked.
struct ServerOptions {
  std::string base_url{};
  std::string query{};                        // behind every path, as "?api-version=…"
  std::vector<HttpHeader> headers{};          // of every request, that with the key among them
  std::string api_key{};                      // kept out of errors and logs
  std::chrono::milliseconds timeout{120000};  // for one attempt, a stream's whole length included
  int attempts_max = 4;
  std::chrono::milliseconds backoff_first{500};  // doubled for each further attempt, with jitter
  std::chrono::milliseconds backoff_max{8000};
  std::chrono::milliseconds retry_after_max{20000};  // told to wait longer: give up instead
  bool may_reach_private_addresses = true;           // the operator's own configuration may
  Pause pause{};                                     // empty: a thread of the server's own
  // Hears of every attempt that failed, on any thread.
  std::function<void(const Failure&)> on_failure{};
};

// How long to wait before attempt number `attempt + 1`: what the server asked for, else up to a
// time doubled for each attempt, of which `jitter` (0 … 1) says the part, so that many clients do
// not come back together.
std::chrono::milliseconds backoff(const ServerOptions& options, int attempt, double jitter,
                                  std::optional<std::chrono::milliseconds> retry_after);

// How a request is sent besides.
struct PostOptions {
  RequestPace* pace = nullptr;  // every attempt waits for its turn there
  RequestCost cost{};
  std::chrono::milliseconds timeout{0};  // for one attempt; 0: the server's
};

// POST requests to one server, repeated where that helps. Any thread.
class Server {
 public:
  Server(ServerOptions options, HttpClient& http);

  [[nodiscard]] const ServerOptions& options() const { return options_; }

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

  ServerOptions options_;
  HttpClient& http_;
};

}  // namespace aiva::model_server
