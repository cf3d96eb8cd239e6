#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "faces/http/middleware/exchange.h"

namespace aiva::http {

// Lets pages of configured origins call the API
// (https://fetch.spec.whatwg.org/#http-cors-protocol). Credentials go in headers, never in cookies,
// so "*" is safe to configure.
class Cors {
 public:
  explicit Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  // Adds the answer's CORS headers when the request's origin is allowed.
  void add_headers(Exchange& exchange) const;
  // Answers an OPTIONS request; `allowed_methods` as the router lists them.
  void answer_options(Exchange& exchange, std::string_view allowed_methods) const;

  [[nodiscard]] bool allows(std::string_view origin) const;
  // Says that the answer depends on the origin, whoever is let in.
  void vary(Exchange& exchange) const;
  // The same headers for an origin that a route lets in besides. `allowed_methods` is empty but for
  // a preflight.
  static void let_in(Exchange& exchange, std::string_view allowed_methods);

 private:
  static void allow_methods(Exchange& exchange, std::string_view allowed_methods);

  std::vector<std::string> origins_;
};

}  // namespace aiva::http
