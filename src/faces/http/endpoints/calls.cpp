#include "faces/http/endpoints/calls.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "capabilities/voice/dialler.h"
#include "faces/http/endpoints/call_json.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/query_fields.h"
#include "foundation/time.h"

namespace aiva::http {
namespace {

using identity::Permission;
using voice::CallFilter;

constexpr int days_default = 30;
constexpr int days_max = 366;

using Calls = CallParts;

constexpr std::string_view found_list = "calls_found";
constexpr std::string_view rtp_provider = "rtp";
constexpr std::array<std::string_view, 6> call_statuses = {
    "announced", "in_progress", "completed", "failed", "insufficient_credits", "expired"};
constexpr std::array<std::string_view, 2> call_directions = {"inbound", "outbound"};

Response call_response(const voice::Call& call, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_call(writer, call); }, status);
}

Result<std::unique_ptr<voice::MediaPort>> take_port(voice::MediaPorts* ports,
                                                    const voice::NewCall& call) {
  if (call.provider != rtp_provider) return nullptr;
  if (ports == nullptr)
    return fail(invalid_field("provider", "cannot be rtp: no ports are set up for it"));
  return ports->take();
}

Task<Result<Response>> announce_call(Calls calls, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto wanted = read_new_call(fields);
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto port, take_port(calls.ports, wanted));
  auto announcing = calls.log.announce(context, std::move(wanted));
  CO_TRY(auto call, co_await std::move(announcing));
  if (port) port->await(call, std::nullopt);
  co_return ok_response([&](JsonWriter& writer) { write_announced_call(writer, call, port.get()); },
                        201);
}

Result<CallFilter> read_filter(const Request& request, const ListRequest& wanted) {
  CallFilter filter;
  TRY(filter.agent, query_id<AgentId>(request, "agent_id"));
  TRY(filter.chat_session, query_id<ChatSessionId>(request, "chat_session_id"));
  TRY(auto status, query_choice(request, "status", call_statuses));
  TRY(auto direction, query_choice(request, "direction", call_directions));
  filter.status = status.value_or(filter.status);
  filter.direction = direction.value_or(filter.direction);
  filter.caller_id = request.query_text("caller_id").value_or("");
  TRY(auto from, query_instant(request, "from"));
  TRY(auto until, query_instant(request, "until"));
  filter.since = from.value_or(filter.since);
  filter.until = until.value_or(filter.until);
  auto page = wanted.as<identity::PageRequest>();
  filter.limit = page.limit;
  filter.page = page.page;
  filter.after = page.after;
  return filter;
}

Task<Result<Response>> find_calls(Calls calls, CallContext context, Request& request,
                                  std::string text) {
  CO_TRY(auto wanted, read_found_request(request, found_list));
  CO_TRY(auto filter, read_filter(request, wanted));
  filter.limit = wanted.page.limit;
  voice::CallQuery query{.text = std::move(text), .filter = std::move(filter)};
  auto finding = calls.search.find(std::move(context), std::move(query));
  CO_TRY(auto found, co_await std::move(finding));
  co_return found_response(found, wanted, write_found_call);
}

Task<Result<Response>> list_calls(Calls calls, CallContext context, Request& request) {
  if (auto text = request.query_text("q"); text && !text->empty()) {
    auto finding = find_calls(calls, std::move(context), request, std::string(*text));
    auto response = co_await std::move(finding);
    co_return response;
  }
  CO_TRY(auto wanted, read_list_request(request, "calls"));
  CO_TRY(auto filter, read_filter(request, wanted));
  auto listing = calls.log.calls(context, std::move(filter));
  CO_TRY(auto found, co_await std::move(listing));
  co_return list_response(found, wanted, write_call);
}

Task<Result<Response>> get_call(Calls calls, CallContext context, Request& request) {
  auto finding = calls.records.find(context, std::string(request.parameter("callLogId")));
  CO_TRY(auto call, co_await std::move(finding));
  co_return call_response(call);
}

Task<Result<Response>> get_transcript(Calls calls, CallContext context, Request& request) {
  auto finding = calls.records.find(context, std::string(request.parameter("callLogId")));
  CO_TRY(auto call, co_await std::move(finding));
  auto reading = calls.log.transcript(context, call.id);
  CO_TRY(auto lines, co_await std::move(reading));
  co_return ok_response([&](JsonWriter& writer) {
    writer.begin_object()
        .field("call_id", call.id)
        .field("session_id", call.session_id)
        .key("items")
        .begin_array();
    for (const auto& line : lines) write_transcript_line(writer, line);
    writer.end_array().field("total", lines.size()).end_object();
  });
}

Task<Result<Response>> get_analytics(Calls calls, CallContext context, Request& request) {
  CO_TRY(auto days, request.query_integer("days", days_default, 1, days_max));
  voice::AnalyticsFilter filter{.days = static_cast<int>(days)};
  CO_TRY(filter.agent, query_id<AgentId>(request, "agent_id"));
  auto summing = calls.records.analytics(context, filter);
  CO_TRY(auto sums, co_await std::move(summing));
  co_return ok_response(
      [&](JsonWriter& writer) { write_call_analytics(writer, sums, filter.days); });
}

Task<Result<Response>> record_call(Calls calls, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto told = read_recorded_call(fields);
  CO_TRY_VOID(fields.finish());
  auto creating = calls.records.create(context, std::move(told));
  CO_TRY(auto call, co_await std::move(creating));
  co_return call_response(call, 201);
}

Task<Result<Response>> update_call(Calls calls, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto told = read_recorded_call(fields);
  CO_TRY_VOID(fields.finish());
  std::string name(request.parameter("callLogId"));
  auto updating = calls.records.update(context, std::move(name), std::move(told));
  CO_TRY(auto call, co_await std::move(updating));
  co_return call_response(call);
}

// A system outside has dialled the call, and says what came of it.
Task<Result<Response>> note_dialled(Calls calls, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto result = voice::parse_dial_end(fields.text("result", {.length_max = 100}));
  if (!result)
    fields.add_error(
        "result", "must be one of answered busy no_answer rejected unreachable failed cancelled");
  CO_TRY_VOID(fields.finish());
  auto finding = calls.records.find(context, std::string(request.parameter("callLogId")));
  CO_TRY(auto call, co_await std::move(finding));
  auto noting = calls.log.note_dialled(context, call.id, *result);
  CO_TRY_VOID(co_await std::move(noting));
  co_return done_response();
}

Task<Result<Response>> save_line(Calls calls, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto sent = read_sent_line(fields, body);
  CO_TRY_VOID(fields.finish());
  auto adding = calls.records.add_line(context, sent.session_id, sent.line, sent.spoken_at);
  CO_TRY_VOID(co_await std::move(adding));
  co_return ok_response(
      [&](JsonWriter& writer) {
        writer.begin_object()
            .field("session_id", sent.session_id)
            .field("sequence_number", sent.line.sequence_number)
            .field("speaker", sent.line.speaker)
            .end_object();
      },
      201);
}

}  // namespace

std::vector<Route> call_routes(CallParts parts) {
  auto bind = [calls = parts](auto handler) -> Handler {
    return [calls, handler](CallContext context, Request& request) {
      return handler(calls, std::move(context), request);
    };
  };
  auto may_read = Right::needs(Permission::agents_read);
  auto may_call = Right::needs(Permission::chat);
  auto is_bridge = Right::needs(Permission::functions_execute);
  constexpr auto all = "/api/calls";
  std::vector<Route> routes;
  routes.push_back({Method::post, all, may_call, bind(announce_call)});
  routes.push_back({Method::get, all, may_read, bind(list_calls)});
  routes.push_back({Method::get, "/api/calls/analytics", may_read, bind(get_analytics)});
  routes.push_back({Method::get, "/api/calls/:callLogId", may_read, bind(get_call)});
  routes.push_back(
      {Method::get, "/api/calls/:callLogId/transcript", may_read, bind(get_transcript)});
  routes.push_back({Method::post, "/api/calls/:callLogId/dialled", may_call, bind(note_dialled)});
  routes.push_back({Method::post, "/api/call-logs", is_bridge, bind(record_call)});
  routes.push_back({Method::put, "/api/call-logs/:callLogId", is_bridge, bind(update_call)});
  routes.push_back({Method::post, "/api/transcriptions", is_bridge, bind(save_line)});
  return routes;
}

}  // namespace aiva::http
