#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "faces/http/route.h"
#include "foundation/result.h"

namespace aiva::http {

// The route table: which handler answers which method and path. Fixed once built; any thread.
class Router {
 public:
  // Which route answers, and its path parameters in the order of the pattern (views into `path`).
  struct Match {
    int route = -1;              // index into routes(), -1: none
    int websocket_route = -1;    // index into websocket_routes(), -1: none
    bool is_path_known = false;  // some method of this path has a route
    std::vector<std::string_view> parameters{};
  };

  // Fails with `invalid` when two routes have the same method and path, or a path is malformed.
  static Result<Router> make(std::vector<Route> routes,
                             std::vector<WebSocketRoute> websocket_routes = {});
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  // HEAD falls back to GET. Fixed segments win over parameters, parameters over tails. `match` is
  // reused between calls.
  void find(Method method, std::string_view path, Match& match) const;
  // The methods of a path as an Allow header lists them ("GET, HEAD, OPTIONS"); empty: no such
  // path.
  [[nodiscard]] std::string allowed_methods(std::string_view path) const;

  [[nodiscard]] std::span<const Route> routes() const;
  [[nodiscard]] std::span<const WebSocketRoute> websocket_routes() const;
  // The names of a route's parameters, in order.
  [[nodiscard]] std::span<const std::string_view> parameter_names(int route) const;
  [[nodiscard]] std::span<const std::string_view> websocket_parameter_names(int route) const;

 private:
  struct Tables;
  explicit Router(std::unique_ptr<Tables> tables);
  std::unique_ptr<Tables> tables_;
};

}  // namespace aiva::http
