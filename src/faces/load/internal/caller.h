#pragma once

#include <string>
#include <string_view>

#include "faces/load/internal/request_writer.h"
#include "faces/load/internal/wire.h"
#include "foundation/json.h"
#include "foundation/result.h"

namespace aiva::load {

// Makes one call after the other while this thread waits: what comes before and after a load.
class Caller {
 public:
  // The endpoints outlive it.
  Caller(const Endpoints& endpoints, RequestWriter writer);

  // What a good answer has under `data`; null where there is none. Fails with what the status says:
  // `unauthenticated`, `forbidden`, `not_found`, `rate_limited`, `invalid`, and `unavailable` for
  // everything else.
  Result<json::Value> call(std::string_view method, std::string_view path, const Body& body = {});

 private:
  Answer exchange(const std::string& request);

  asio::io_context loop_{1};
  Wire wire_;
  RequestWriter writer_;
};

// The text of a member of an object. Fails with `unavailable` when the answer has none.
Result<std::string> text_of(const json::Value& value, std::string_view name);

}  // namespace aiva::load
