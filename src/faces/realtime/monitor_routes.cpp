#include "faces/realtime/monitor_routes.h"

#include <string>
#include <utility>

#include "faces/realtime/internal/monitor_session.h"

namespace aiva::realtime {
namespace {

constexpr std::size_t message_bytes_max = 64 * 1024;
constexpr std::size_t queue_bytes_max = 32 * 1024;  // what waits beyond it the session holds

Task<Result<voice::Call>> find_call(voice::Supervision& supervision, CallContext context,
                                    const http::Request& request) {
  auto finding = supervision.find(std::move(context), std::string(request.parameter("callLogId")));
  auto call = co_await std::move(finding);
  co_return call;
}

Task<Result<void>> admit(voice::Supervision& supervision, CallContext context,
                         const http::Request& request) {
  CO_TRY_VOID(co_await find_call(supervision, std::move(context), request));
  co_return Result<void>{};
}

Task<void> serve(voice::Supervision& supervision, const Pause& pause, CallContext context,
                 const http::Request& request, http::WebSocket& socket) {
  auto call = co_await find_call(supervision, context, request);
  if (!call) {
    // It went on a moment ago.
    co_await socket.close(http::CloseCode::normal, call.error().message);
    co_return;
  }
  auto session = std::make_shared<MonitorSession>(supervision, pause, context, request, socket);
  co_await session->serve(call->id);
}

}  // namespace

std::vector<http::WebSocketRoute> make_monitor_routes(voice::Supervision& supervision,
                                                      const Pause& pause) {
  http::WebSocketOptions options{.message_bytes_max = message_bytes_max,
                                 .queue_bytes_max = queue_bytes_max};
  options.admission = [&supervision](CallContext context, http::Request& request) {
    return admit(supervision, std::move(context), request);
  };
  return {{"/api/calls/:callLogId/monitor", http::Right::needs(identity::Permission::agents_read),
           [&supervision, &pause](CallContext context, http::Request& request,
                                  http::WebSocket& socket) {
             return serve(supervision, pause, std::move(context), request, socket);
           },
           std::move(options)}};
}

}  // namespace aiva::realtime
