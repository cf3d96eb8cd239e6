#include "faces/http/endpoints/call_steering.h"

#include <string>
#include <string_view>
#include <utility>

#include "faces/http/endpoints/call_json.h"

namespace aiva::http {
namespace {

using identity::Permission;
using voice::DialEnd;
using voice::Steering;

constexpr json::Fields::TextLimits target_limits{.length_min = 1, .length_max = 64};
constexpr std::chrono::seconds transfer_time_max{120};
constexpr std::int64_t ring_s_default = 30;
constexpr std::int64_t ring_s_max = 120;

Task<Result<voice::Call>> find_call(const CallSteeringParts& parts, CallContext context,
                                    const Request& request) {
  auto finding = parts.records.find(context, std::string(request.parameter("callLogId")));
  CO_TRY(auto call, co_await std::move(finding));
  if (parts.calls == nullptr)
    co_return fail(ErrorCode::conflict, "The call is not going on in this process");
  co_return call;
}

Task<Result<Response>> transfer_call(CallSteeringParts parts, CallContext context,
                                     Request& request) {
  auto finding = find_call(parts, context, request);
  CO_TRY(auto call, co_await std::move(finding));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto target = fields.text("target", target_limits);
  auto kind = fields.optional_text("kind", {.length_max = 16}).value_or("blind");
  if (kind != "blind" && kind != "attended") fields.add_error("kind", "must be blind or attended");
  CO_TRY_VOID(fields.finish());
  auto how = kind == "attended" ? Steering::Kind::consult : Steering::Kind::transfer;
  auto steering = parts.calls->steer(context, call.id, {.kind = how, .text = std::move(target)});
  CO_TRY(auto end, co_await std::move(steering));
  co_return ok_response([&](JsonWriter& writer) {
    writer.begin_object()
        .field("is_transferred", end == DialEnd::answered)
        .field("outcome", voice::name_of(end))
        .end_object();
  });
}

Task<Result<Response>> send_digits(CallSteeringParts parts, CallContext context, Request& request) {
  auto finding = find_call(parts, context, request);
  CO_TRY(auto call, co_await std::move(finding));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto digits = fields.text("digits", target_limits);
  CO_TRY_VOID(fields.finish());
  Steering wanted{.kind = Steering::Kind::digits, .text = std::move(digits)};
  auto steering = parts.calls->steer(context, call.id, std::move(wanted));
  CO_TRY_VOID(co_await std::move(steering));
  co_return empty_response();
}

// Those that need nothing but their name.
Task<Result<Response>> steer_plainly(Steering::Kind kind, CallSteeringParts parts,
                                     CallContext context, Request& request) {
  auto finding = find_call(parts, context, request);
  CO_TRY(auto call, co_await std::move(finding));
  auto steering = parts.calls->steer(context, call.id, {.kind = kind});
  CO_TRY_VOID(co_await std::move(steering));
  co_return empty_response();
}

Task<Result<Response>> hang_up_call(CallSteeringParts parts, CallContext context,
                                    Request& request) {
  auto finding = find_call(parts, context, request);
  CO_TRY(auto call, co_await std::move(finding));
  auto done = parts.calls->hang_up(context, call.id);
  if (!done) co_return fail(ErrorCode::conflict, "The call is not going on in this process");
  co_return empty_response();
}

Task<Result<Response>> place_call(CallSteeringParts parts, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto call = read_new_call(fields);
  if (!call.agent) fields.add_error("agent_id", "is missing");
  voice::OutboundCall outbound{.destination = fields.text("destination", target_limits),
                               .caller_id = call.caller_id};
  outbound.ring_max =
      std::chrono::seconds(fields.integer("ring_seconds", ring_s_default, 5, ring_s_max));
  CO_TRY_VOID(fields.finish());
  if (parts.outbound == nullptr)
    co_return fail(ErrorCode::unavailable, "There is no telephone system to call by");
  if (call.provider.empty()) call.provider = "ari";
  auto placing = parts.outbound->place(context, std::move(call), std::move(outbound));
  CO_TRY(auto placed, co_await std::move(placing));
  co_return ok_response([&](JsonWriter& writer) { write_call(writer, placed); }, 202);
}

}  // namespace

std::vector<Route> call_steering_routes(CallSteeringParts parts) {
  auto bind = [parts](auto handler) -> Handler {
    return [parts, handler](CallContext context, Request& request) {
      return handler(parts, std::move(context), request);
    };
  };
  auto bind_plain = [parts](Steering::Kind kind) -> Handler {
    return [parts, kind](CallContext context, Request& request) {
      return steer_plainly(kind, parts, std::move(context), request);
    };
  };
  auto may_steer = Right::needs(Permission::agents_write);
  std::vector<Route> routes;
  routes.push_back({Method::post, "/api/calls/outbound", may_steer, bind(place_call)});
  routes.push_back({Method::post,
                    "/api/calls/:callLogId/transfer",
                    may_steer,
                    bind(transfer_call),
                    {.deadline = transfer_time_max}});
  routes.push_back({Method::post, "/api/calls/:callLogId/dtmf", may_steer, bind(send_digits)});
  routes.push_back({Method::post, "/api/calls/:callLogId/hangup", may_steer, bind(hang_up_call)});
  routes.push_back(
      {Method::post, "/api/calls/:callLogId/hold", may_steer, bind_plain(Steering::Kind::hold)});
  routes.push_back({Method::post, "/api/calls/:callLogId/unhold", may_steer,
                    bind_plain(Steering::Kind::unhold)});
  routes.push_back({Method::post, "/api/calls/:callLogId/telephone-recording", may_steer,
                    bind_plain(Steering::Kind::record)});
  routes.push_back({Method::del, "/api/calls/:callLogId/telephone-recording", may_steer,
                    bind_plain(Steering::Kind::stop_recording)});
  return routes;
}

}  // namespace aiva::http
