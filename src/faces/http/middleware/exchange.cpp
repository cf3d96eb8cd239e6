#include "faces/http/middleware/exchange.h"

namespace aiva::http {

namespace {

constexpr std::size_t kept_bytes_max = 64 * 1024;

}  // namespace

// Strings and vectors keep their memory, unless it is much.
void Exchange::reset(SteadyTime now) {
  request.method = Method::get;
  request.path.clear();
  request.route_pattern = {};
  request.path_parameters.clear();
  request.query.clear();
  request.headers.clear();
  request.body.clear();
  if (request.body.capacity() > kept_bytes_max) request.body.shrink_to_fit();
  request.form.reset();
  request.request_id.clear();
  request.is_secure = peer.is_secure;
  request.signed_in.reset();
  request.refused_secret = {};
  if (stop.stop_requested()) stop = std::stop_source();
  context = CallContext{.cancellation = stop.get_token(), .home = &thread};
  started = now;
  span = {};
  first_piece = {};
  route = nullptr;
  websocket_route = nullptr;
  metrics = nullptr;
  rejection.reset();
  password.clear();
  response = Response{};
  extra_headers.clear();
  is_completed = false;
  is_answered = false;
  must_close = false;
  is_silent = false;
}

}  // namespace aiva::http
