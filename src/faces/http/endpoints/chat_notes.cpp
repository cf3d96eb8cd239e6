#include "faces/http/endpoints/chat_notes.h"

#include <utility>

#include "faces/http/endpoints/caller.h"
#include "faces/http/endpoints/paging.h"
#include "foundation/json.h"
#include "foundation/time.h"

namespace aiva::http {
namespace {

using chat::Notes;
using identity::Permission;

constexpr json::Fields::TextLimits content_limits{.length_min = 1, .length_max = 32'000};

void write_note(JsonWriter& writer, const chat::Note& note) {
  writer.begin_object().field("id", note.id).field("session_id", note.session);
  if (note.written_by.is_nil())
    writer.null_field("written_by");
  else
    writer.field("written_by", note.written_by);
  writer.field("author", note.author)
      .field("content", note.content)
      .field("created_at", to_iso8601(note.created_at))
      .end_object();
}

Task<Result<Response>> list_notes(Notes& notes, CallContext context, Request& request) {
  CO_TRY(auto session, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto wanted, read_list_request(request, "chat_notes"));
  auto listing = notes.list(context, session, wanted.as<knowledge::PageRequest>());
  CO_TRY(auto found, co_await std::move(listing));
  co_return list_response(found, wanted, write_note);
}

Task<Result<Response>> add_note(Notes& notes, CallContext context, Request& request) {
  CO_TRY(auto session, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto content = fields.text("content", content_limits);
  CO_TRY_VOID(fields.finish());
  auto adding = notes.add(context, caller_of(request), session, std::move(content));
  CO_TRY(auto note, co_await std::move(adding));
  co_return ok_response([&](JsonWriter& writer) { write_note(writer, note); }, 201);
}

Task<Result<Response>> remove_note(Notes& notes, CallContext context, Request& request) {
  CO_TRY(auto session, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto id, request.id<chat::NoteId>("noteId"));
  auto removing = notes.remove(context, caller_of(request), session, id);
  CO_TRY_VOID(co_await std::move(removing));
  co_return done_response();
}

}  // namespace

std::vector<Route> chat_note_routes(Notes& notes) {
  auto bind = [&notes](auto handler) -> Handler {
    return [&notes, handler](CallContext context, Request& request) {
      return handler(notes, std::move(context), request);
    };
  };
  // Of those who answer in the inbox: roles that may only read it belong to customers, too.
  auto may_answer = Right::needs(Permission::agents_write);
  std::vector<Route> routes;
  routes.push_back(
      {Method::get, "/api/chat/sessions/:sessionId/notes", may_answer, bind(list_notes)});
  routes.push_back(
      {Method::post, "/api/chat/sessions/:sessionId/notes", may_answer, bind(add_note)});
  routes.push_back(
      {Method::del, "/api/chat/sessions/:sessionId/notes/:noteId", may_answer, bind(remove_note)});
  return routes;
}

}  // namespace aiva::http
