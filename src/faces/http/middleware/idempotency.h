#pragma once

#include <optional>
#include <string>

#include "capabilities/idempotency/idempotency.h"
#include "faces/http/middleware/exchange.h"
#include "foundation/task.h"

namespace aiva::http {

// Names a request with an Idempotency-Key for good: its repetitions have the same name, what
// anybody else asks or asks otherwise has another. Empty without a key.
std::string name_of_repetitions(const Request& request);

// Honours `Idempotency-Key` on the writes of callers who are known: a repetition gets the first
// answer with `Idempotency-Replayed: true`. 422 for a key of a different request, 409 while the
// first is being answered (with Retry-After) and where its answer is not kept: one that is too
// large, that was cut, or that nobody may store (`Cache-Control: no-store`, as answers with secrets
// have it). Streams are recorded while they are sent and given again whole.
class IdempotentCalls {
 public:
  // Null: the header is passed over.
  explicit IdempotentCalls(idempotency::Idempotency* keys) : keys_(keys) {}

  // Whether a request has a key that counts.
  [[nodiscard]] bool concern(const Exchange& exchange) const;

  using Claim = idempotency::Claim;

  // Before the handler, once the body is read. A repetition is answered here, without a claim; the
  // claim of a first use must be given to end().
  Task<std::expected<std::optional<Claim>, Failure>> begin(Exchange& exchange) const;
  // After the handler, with what it answered; null when it failed.
  Task<void> end(Exchange& exchange, Claim claim, Response* response) const;

 private:
  idempotency::Idempotency* keys_;
};

}  // namespace aiva::http
