#include "faces/http/endpoints/call_recordings.h"

#include <string>
#include <utility>

#include "faces/http/endpoints/call_json.h"
#include "faces/http/endpoints/caller.h"

namespace aiva::http {
namespace {

using identity::Permission;

struct Needs {
  voice::Supervision& supervision;
  voice::CallRecords& records;
  voice::Recordings& recordings;
};

Task<Result<Response>> list_active(Needs needs, CallContext context, Request&) {
  auto listing = needs.supervision.ongoing(context);
  CO_TRY(auto calls, co_await std::move(listing));
  co_return ok_response([&](JsonWriter& writer) {
    writer.begin_object().key("items").begin_array();
    for (const auto& ongoing : calls) {
      writer.begin_object().key("call");
      write_call(writer, ongoing.call);
      writer.field("is_here", ongoing.is_here);
      if (ongoing.is_here)
        writer.field("seconds", ongoing.seconds);
      else
        writer.null_field("seconds");
      writer.end_object();
    }
    writer.end_array().field("total", calls.size()).end_object();
  });
}

Task<Result<voice::CallId>> find_call(Needs needs, CallContext context, const Request& request) {
  auto finding = needs.records.find(context, std::string(request.parameter("callLogId")));
  CO_TRY(auto call, co_await std::move(finding));
  co_return call.id;
}

Task<Result<Response>> get_recording(Needs needs, CallContext context, Request& request) {
  CO_TRY(auto call, co_await find_call(needs, context, request));
  auto finding = needs.recordings.file(context, call);
  CO_TRY(auto path, co_await std::move(finding));
  auto response = file_response(std::move(path), "audio/wav");
  response.headers.push_back({"Cache-Control", "private, no-store"});
  co_return response;
}

Task<Result<Response>> delete_recording(Needs needs, CallContext context, Request& request) {
  CO_TRY(auto call, co_await find_call(needs, context, request));
  auto removing = needs.recordings.remove(context, caller_of(request), call);
  CO_TRY_VOID(co_await std::move(removing));
  co_return done_response();
}

}  // namespace

std::vector<Route> call_recording_routes(voice::Supervision& supervision,
                                         voice::CallRecords& records,
                                         voice::Recordings& recordings) {
  auto bind = [needs = Needs{supervision, records, recordings}](auto handler) -> Handler {
    return [needs, handler](CallContext context, Request& request) {
      return handler(needs, std::move(context), request);
    };
  };
  auto may_read = Right::needs(Permission::agents_read);
  auto may_write = Right::needs(Permission::agents_write);
  constexpr auto recording = "/api/calls/:callLogId/recording";
  std::vector<Route> routes;
  routes.push_back({Method::get, "/api/calls/active", may_read, bind(list_active)});
  routes.push_back({Method::get, recording, may_read, bind(get_recording)});
  routes.push_back({Method::del, recording, may_write, bind(delete_recording)});
  return routes;
}

}  // namespace aiva::http
