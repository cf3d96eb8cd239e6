#pragma once

#include <chrono>

#include "foundation/call_context.h"
#include "foundation/pause.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/http_client.h"

namespace aiva::functions {

struct Patience {
  std::chrono::milliseconds backoff_first{300};
  std::chrono::milliseconds backoff_max{5000};
  std::chrono::milliseconds retry_after_max{10'000};
};

// What came of a request, and how often it was sent.
struct Sent {
  Result<HttpResponse> answer;
  int attempts = 0;
};

// Sends a request, again where the answer says that this may help (408, 425, 429, 500, 502, 503,
// 504) or none came. Retry-After is obeyed, else the pause doubles, with jitter.
class PatientSender {
 public:
  // `http` is borrowed.
  PatientSender(HttpClient& http, Pause pause, Patience patience)
      : http_(http), pause_(std::move(pause)), patience_(patience) {}

  Task<Sent> send(CallContext context, HttpRequest request, int retries);

 private:
  [[nodiscard]] std::chrono::milliseconds pause_before(int attempt) const;

  HttpClient& http_;
  Pause pause_;
  Patience patience_;
};

}  // namespace aiva::functions
