#include "faces/realtime/routes.h"

#include <memory>
#include <string_view>
#include <utility>

#include "faces/realtime/internal/admission.h"
#include "faces/realtime/internal/media_session.h"
#include "faces/realtime/internal/openai_session.h"
#include "faces/realtime/internal/twilio_session.h"

namespace aiva::realtime {
namespace {

constexpr std::size_t message_bytes_max = 4 * 1024 * 1024;
constexpr std::size_t twilio_bytes_max = 64 * 1024;
constexpr std::string_view media_protocol = "media";

struct Setup {
  RealtimeParts parts;
  RealtimeOptions options;
};

Task<Result<void>> admit_only(std::shared_ptr<const Setup> setup, CallContext context,
                              const http::Request& request) {
  CO_TRY([[maybe_unused]] auto admitted, co_await admit(setup->parts, std::move(context), request));
  co_return Result<void>{};
}

Task<void> serve(std::shared_ptr<const Setup> setup, CallContext context,
                 const http::Request& request, http::WebSocket& socket) {
  auto admitted = co_await admit(setup->parts, std::move(context), request);
  if (!admitted) {
    // It was admitted a moment ago.
    co_await socket.close(http::CloseCode::policy_violation, admitted.error().message);
    co_return;
  }
  const auto& [parts, options] = *setup;
  if (socket.protocol() == media_protocol)
    co_await serve_media(parts, options, std::move(*admitted), request, socket);
  else if (!admitted->agent)
    co_await socket.close(http::CloseCode::policy_violation, "Name a model");
  else
    co_await serve_openai(parts, options, std::move(*admitted), request, socket);
}

http::WebSocketRoute make_route(std::string_view path, std::shared_ptr<const Setup> setup) {
  http::WebSocketOptions options{.message_bytes_max = message_bytes_max,
                                 .protocols = {"realtime", media_protocol}};
  options.admission = [setup](CallContext context, http::Request& request) {
    return admit_only(setup, std::move(context), request);
  };
  // Ephemeral keys are nobody's: who may open it is decided by admit().
  return {path, http::Right::anyone(),
          [setup](CallContext context, http::Request& request, http::WebSocket& socket) {
            return serve(setup, std::move(context), request, socket);
          },
          std::move(options)};
}

}  // namespace

std::vector<http::WebSocketRoute> make_websocket_routes(const RealtimeParts& parts,
                                                        const RealtimeOptions& options) {
  // Shared by the handlers, which are copied.
  auto setup = std::make_shared<const Setup>(Setup{parts, options});
  std::vector<http::WebSocketRoute> routes;
  // The official client adds /realtime to whatever address it is given.
  for (std::string_view path :
       {"/v1/realtime", "/realtime", "/realtime/:agentId", "/realtime/:agentId/realtime"})
    routes.push_back(make_route(path, setup));
  // Its key comes later; nothing happens before.
  routes.push_back({"/realtime/twilio/:agentId",
                    http::Right::anyone(),
                    [setup](CallContext context, http::Request& request, http::WebSocket& socket) {
                      return serve_twilio(setup->parts, setup->options, std::move(context), request,
                                          socket);
                    },
                    {.message_bytes_max = twilio_bytes_max}});
  return routes;
}

}  // namespace aiva::realtime
