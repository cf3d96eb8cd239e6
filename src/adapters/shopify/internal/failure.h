#pragma once

#include <chrono>
#include <optional>

#include "adapters/shopify/internal/shop_pace.h"
#include "foundation/json.h"
#include "foundation/result.h"
#include "ports/http_client.h"

namespace aiva::shopify {

// Why a shop did not do what it was asked, and whether asking again may help.
struct Failure {
  Error error{};
  bool may_retry = false;
  bool is_throttled = false;  // asked too fast
  std::optional<std::chrono::milliseconds> retry_after{};
};

// Of an answer whose status is not 2xx.
Failure describe_answer(const HttpResponse& response);
// Of an exchange that failed. `is_call_alive`: only this attempt's time was up.
Failure describe_transport(Error error, bool is_call_alive);
// Of an answer that makes no sense: a page of a proxy, a body that was cut.
Failure describe_nonsense(std::string cause);
// What is wrong in an answer of GraphQL; nothing when all went well.
std::optional<Failure> describe_graphql(const json::Object& answer);

// What an answer of GraphQL says about points; nothing when it does not.
std::optional<PointsStatus> read_points(const json::Object& answer);
// What the headers of an answer of REST say about its bucket.
std::optional<RequestsStatus> read_requests(const HttpResponse& response);

}  // namespace aiva::shopify
