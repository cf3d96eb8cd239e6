#include "faces/http/endpoints/visitor_visit.h"

#include <optional>
#include <utility>

#include "faces/http/endpoints/visitor_origin.h"

namespace aiva::http {

Task<Result<Visit>> admit_visitor(VisitorPartsPointer parts, CallContext context,
                                  Request& request) {
  std::string slug(request.parameter("slugOrId"));
  CO_TRY(auto agent, co_await parts->agents.find_public(context, std::move(slug)));
  std::optional<std::string> origin;
  // Browsers send none with a GET of the page itself, and let no other page read the answer.
  if (request.method != Method::get || !request.header("origin").empty()) {
    CO_TRY(origin, visitor_origin(request, agent->widget, parts->public_url));
  }
  auto token = request.header("x-chat-token");
  CO_TRY(auto session, parts->visitors.open(token, agent->id, origin));
  context.tenant = session.tenant;
  context.user = {};
  if (session.tenant != agent->tenant)
    co_return fail(ErrorCode::unauthenticated, "The chat session is not valid or has ended");
  co_return Visit{.agent = agent, .session = session, .context = context};
}

}  // namespace aiva::http
