#include "faces/realtime/monitor_routes.h"

#include <memory>
#include <string>
#include <utility>

#include "faces/http/endpoints/caller.h"
#include "faces/realtime/internal/monitor_relay.h"
#include "faces/realtime/internal/monitor_session.h"
#include "faces/realtime/internal/monitor_tickets.h"

namespace aiva::realtime {
namespace {

constexpr std::size_t message_bytes_max = 64 * 1024;
constexpr std::size_t queue_bytes_max = 32 * 1024;  // what waits beyond it the session holds

std::string call_of(const http::Request& request) {
  return std::string(request.parameter("callLogId"));
}

Task<Result<voice::PlacedCall>> locate(const MonitorRouteParts& parts, CallContext context,
                                       const http::Request& request) {
  auto locating = parts.supervision.locate(std::move(context), call_of(request));
  CO_TRY(auto placed, co_await std::move(locating));
  if (!placed.address.empty() && parts.sockets == nullptr)
    co_return fail(ErrorCode::conflict, "Another process carries the call");
  co_return std::move(placed);
}

Task<Result<void>> admit(const MonitorRouteParts& parts, CallContext context,
                         const http::Request& request) {
  CO_TRY_VOID(co_await locate(parts, std::move(context), request));
  co_return Result<void>{};
}

Task<void> follow(const MonitorRouteParts& parts, CallContext context, identity::Caller caller,
                  voice::CallId call, http::WebSocket& socket) {
  auto session = std::make_shared<MonitorSession>(parts.supervision, parts.pause,
                                                  std::move(context), std::move(caller), socket);
  co_await session->serve(call);
}

Task<void> follow_elsewhere(const MonitorRouteParts& parts, CallContext context,
                            identity::Caller caller, voice::PlacedCall placed,
                            http::WebSocket& socket) {
  MonitorTickets tickets(parts.cache);
  auto issuing = tickets.issue(context, {.call = placed.call.id, .caller = std::move(caller)});
  auto ticket = co_await std::move(issuing);
  if (!ticket) {
    co_await socket.close(http::CloseCode::try_again_later, ticket.error().message);
    co_return;
  }
  auto address = std::move(placed.address);
  while (address.ends_with('/')) address.pop_back();
  address += "/api/calls/" + placed.call.id.to_string() + "/monitor/relayed";
  MonitorRelay relay(*parts.sockets, parts.pause, std::move(context), socket);
  co_await relay.serve(std::move(address), *std::move(ticket));
}

Task<void> serve(const MonitorRouteParts& parts, CallContext context, const http::Request& request,
                 http::WebSocket& socket) {
  auto locating = locate(parts, context, request);
  auto placed = co_await std::move(locating);
  if (!placed) {
    // It went on a moment ago.
    co_await socket.close(http::CloseCode::normal, placed.error().message);
    co_return;
  }
  auto caller = http::caller_of(request);
  if (placed->address.empty())
    co_await follow(parts, std::move(context), std::move(caller), placed->call.id, socket);
  else
    co_await follow_elsewhere(parts, std::move(context), std::move(caller), *std::move(placed),
                              socket);
}

// The holder of a ticket follows a call that goes on here, or none: nobody is sent on twice.
Task<Result<void>> admit_relayed(const MonitorRouteParts& parts, CallContext context,
                                 const http::Request& request) {
  MonitorTickets tickets(parts.cache);
  auto finding = tickets.find(context, std::string(request.refused_secret));
  CO_TRY(auto ticket, co_await std::move(finding));
  if (!ticket || ticket->call.to_string() != request.parameter("callLogId"))
    co_return fail(ErrorCode::unauthenticated, "This needs a ticket from another process");
  context.tenant = ticket->caller.principal->tenant;
  auto going_on = parts.supervision.find(std::move(context), call_of(request));
  CO_TRY_VOID(co_await std::move(going_on));
  co_return Result<void>{};
}

Task<void> serve_relayed(const MonitorRouteParts& parts, CallContext context,
                         const http::Request& request, http::WebSocket& socket) {
  MonitorTickets tickets(parts.cache);
  auto taking = tickets.take(context, std::string(request.refused_secret));
  auto ticket = co_await std::move(taking);
  bool is_good = ticket && *ticket && (*ticket)->call.to_string() == request.parameter("callLogId");
  if (!is_good) {
    co_await socket.close(http::CloseCode::policy_violation, "The ticket was used before");
    co_return;
  }
  auto& caller = (*ticket)->caller;
  context.tenant = caller.principal->tenant;
  context.user = caller.principal->user;
  co_await follow(parts, std::move(context), std::move(caller), (*ticket)->call, socket);
}

using Serve = Task<void> (*)(const MonitorRouteParts&, CallContext, const http::Request&,
                             http::WebSocket&);
using Admit = Task<Result<void>> (*)(const MonitorRouteParts&, CallContext, const http::Request&);

// The handlers, which are copied, share the parts.
http::WebSocketRoute route_of(std::string_view path, http::Right right,
                              std::shared_ptr<const MonitorRouteParts> parts, Admit admission,
                              Serve serving) {
  http::WebSocketOptions options{.message_bytes_max = message_bytes_max,
                                 .queue_bytes_max = queue_bytes_max};
  options.admission = [parts, admission](CallContext context, http::Request& request) {
    return admission(*parts, std::move(context), request);
  };
  return {path, right,
          [parts, serving](CallContext context, http::Request& request, http::WebSocket& socket) {
            return serving(*parts, std::move(context), request, socket);
          },
          std::move(options)};
}

}  // namespace

std::vector<http::WebSocketRoute> make_monitor_routes(MonitorRouteParts parts) {
  auto shared = std::make_shared<const MonitorRouteParts>(parts);
  std::vector<http::WebSocketRoute> routes;
  routes.push_back(route_of("/api/calls/:callLogId/monitor",
                            http::Right::needs(identity::Permission::agents_read), shared, admit,
                            serve));
  auto relayed = route_of("/api/calls/:callLogId/monitor/relayed", http::Right::anyone(), shared,
                          admit_relayed, serve_relayed);
  // Whoever wanted it was counted by the other process.
  relayed.options.rate = http::RateClass::none;
  routes.push_back(std::move(relayed));
  return routes;
}

}  // namespace aiva::realtime
