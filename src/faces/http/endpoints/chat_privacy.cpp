#include "faces/http/endpoints/chat_privacy.h"

#include <limits>
#include <string>
#include <utility>

#include "faces/http/endpoints/query_fields.h"
#include "foundation/json_writer.h"

namespace aiva::http {
namespace {

using chat::Privacy;
using identity::Permission;

Response export_response(std::string_view text) {
  return ok_response([text](JsonWriter& writer) { writer.raw(text); });
}

Result<chat::Person> person_of(const Request& request) {
  chat::Person person;
  TRY(person.user, query_id<UserId>(request, "user_id"));
  if (auto name = request.query_text("user_name")) person.user_name = std::string(*name);
  return person;
}

Task<Result<Response>> export_session(Privacy& privacy, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto text, co_await privacy.export_session(context, id));
  co_return export_response(text);
}

Task<Result<Response>> erase_session(Privacy& privacy, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<ChatSessionId>("sessionId"));
  CO_TRY_VOID(co_await privacy.erase_session(context, id));
  co_return done_response();
}

Task<Result<Response>> export_person(Privacy& privacy, CallContext context, Request& request) {
  CO_TRY(auto person, person_of(request));
  CO_TRY(auto offset,
         request.query_integer("offset", 0, 0, std::numeric_limits<std::int32_t>::max()));
  CO_TRY(auto text, co_await privacy.export_person(context, std::move(person), offset));
  co_return export_response(text);
}

Task<Result<Response>> erase_person(Privacy& privacy, CallContext context, Request& request) {
  CO_TRY(auto person, person_of(request));
  CO_TRY(auto count, co_await privacy.erase_person(context, std::move(person)));
  co_return ok_response([count](JsonWriter& writer) {
    writer.begin_object().field("erased_sessions", count).end_object();
  });
}

}  // namespace

std::vector<Route> chat_privacy_routes(Privacy& privacy) {
  auto bind = [&privacy](auto handler) -> Handler {
    return [&privacy, handler](CallContext context, Request& request) {
      return handler(privacy, std::move(context), request);
    };
  };
  auto may_read = Right::needs(Permission::users_read);
  auto may_erase = Right::needs(Permission::users_write);
  std::vector<Route> routes;
  routes.push_back(
      {Method::get, "/api/chat/sessions/:sessionId/export", may_read, bind(export_session)});
  routes.push_back({Method::del, "/api/chat/sessions/:sessionId", may_erase, bind(erase_session)});
  routes.push_back({Method::get, "/api/chat/people/export", may_read, bind(export_person)});
  routes.push_back({Method::del, "/api/chat/people", may_erase, bind(erase_person)});
  return routes;
}

}  // namespace aiva::http
