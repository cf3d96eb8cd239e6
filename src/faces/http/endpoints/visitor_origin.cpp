#include "faces/http/endpoints/visitor_origin.h"

#include <algorithm>
#include <utility>

#include "faces/http/middleware/client_address.h"

namespace aiva::http {
namespace {

std::string_view without_scheme(std::string_view url) {
  auto mark = url.find("://");
  if (mark == std::string_view::npos) return {};
  url.remove_prefix(mark + 3);
  return url.substr(0, url.find('/'));
}

bool is_allowed(const agents::WidgetSettings& widget, std::string_view origin) {
  return std::ranges::any_of(
      widget.origins, [&](const auto& allowed) { return allowed == "*" || allowed == origin; });
}

// Whether pages of an origin may talk to the agent themselves, without the page of ours.
Task<bool> lets_in(agents::ActiveAgents& agents, CallContext context, std::string slug,
                   std::string origin) {
  auto agent = co_await agents.find_public(context, std::move(slug));
  co_return agent&& is_allowed((*agent)->widget, origin);
}

Task<bool> let_all_in(CallContext, const Request&, std::string) { co_return true; }

}  // namespace

Result<std::string> visitor_origin(const Request& request, const agents::WidgetSettings& widget,
                                   std::string_view public_url) {
  auto origin = request.header("origin");
  auto host = without_scheme(origin);
  bool is_own =
      !host.empty() && (host == request.header("host") || host == without_scheme(public_url));
  if (!is_own && (host.empty() || !is_allowed(widget, origin)))
    return fail(ErrorCode::forbidden, "This agent may not be used from here");
  return std::string(origin);
}

OriginRule visitor_origins(agents::ActiveAgents& agents) {
  return [&agents](CallContext context, const Request& request, std::string origin) {
    return lets_in(agents, std::move(context), std::string(request.parameter("slugOrId")),
                   std::move(origin));
  };
}

OriginRule any_origin() { return let_all_in; }

std::string address_key(const Request& request) {
  auto address = IpAddress::parse(request.client_address);
  return address ? address->limit_key() : request.client_address;
}

}  // namespace aiva::http
