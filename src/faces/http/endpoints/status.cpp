#include "faces/http/endpoints/status.h"

#include <cmath>
#include <memory>
#include <string_view>
#include <utility>

#include "faces/http/endpoints/status_page_files.h"
#include "foundation/time.h"

namespace aiva::http {
namespace {

constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view state_of(const StatusFigure& figure, double value) {
  if (std::isnan(value)) return "unknown";
  auto is_beyond = [&](double limit) {
    if (std::isnan(limit)) return false;
    return figure.is_low_bad ? value < limit : value >= limit;
  };
  if (is_beyond(figure.alert)) return "alert";
  return is_beyond(figure.warn) ? "warn" : "ok";
}

void write_figure(JsonWriter& writer, const StatusFigure& figure, double value) {
  writer.begin_object().field("name", figure.name).field("group", figure.group);
  writer.field("label", figure.label).field("unit", figure.unit).field("value", value);
  writer.field("state", state_of(figure, value));
  if (!std::isnan(figure.warn)) writer.field("warn", figure.warn);
  if (!std::isnan(figure.alert)) writer.field("alert", figure.alert);
  writer.end_object();
}

void write_history(JsonWriter& writer, const std::vector<StatusBoard::Point>& points) {
  writer.begin_object().key("at").begin_array();
  for (const auto& point : points) writer.value(point.at);
  writer.end_array().key("series").begin_object();
  auto figures = status_figures();
  for (std::size_t i = 0; i < figures.size(); ++i) {
    writer.key(figures[i].name).begin_array();
    for (const auto& point : points) writer.value(point.values[i]);
    writer.end_array();
  }
  writer.end_object().end_object();
}

void write_status(JsonWriter& writer, const StatusParts& parts, bool has_history) {
  const auto& board = parts.board;
  auto now = board.now();
  auto at = now.at > 0 ? now.at : board.began_at();
  writer.begin_object().field("version", parts.version).field("role", parts.role);
  writer.field("timestamp", to_iso8601(at)).field("started_at", to_iso8601(board.began_at()));
  writer.field("is_draining", parts.lifecycle.is_draining());
  writer.field("interval_s", std::chrono::duration<double>(board.interval()).count());
  writer.key("figures").begin_array();
  auto figures = status_figures();
  for (std::size_t i = 0; i < figures.size(); ++i)
    write_figure(writer, figures[i], now.values.empty() ? not_known : now.values[i]);
  writer.end_array();
  if (has_history) write_history(writer.key("history"), board.history());
  writer.end_object();
}

Task<Result<Response>> show_status(std::shared_ptr<const StatusParts> parts, Request& request) {
  CO_TRY(auto asked, request.query_flag("history"));
  bool has_history = asked.value_or(true);
  co_return ok_response([&](JsonWriter& writer) { write_status(writer, *parts, has_history); });
}

Task<Result<Response>> show_file(std::string_view content_type, const char* text) {
  auto response = text_response(200, std::string(content_type), text);
  response.headers.push_back({"Content-Security-Policy", std::string(page_policy)});
  response.headers.push_back({"Cache-Control", "no-cache"});
  co_return response;
}

Route file_route(const char* path, std::string_view content_type, const char* text) {
  const RouteOptions options{.body = BodyKind::none, .rate = RateClass::none};
  Handler handler = [content_type, text](CallContext, Request&) {
    return show_file(content_type, text);
  };
  return {Method::get, path, Right::anyone(), std::move(handler), options};
}

}  // namespace

std::vector<Route> status_routes(StatusParts parts) {
  auto shared = std::make_shared<const StatusParts>(std::move(parts));  // by the handlers
  // It tells of all tenants' work.
  auto operators = Right::needs(identity::Permission::system_read);
  Handler status = [shared](CallContext, Request& request) { return show_status(shared, request); };
  std::vector<Route> routes;
  routes.push_back({Method::get, "/api/status", operators, std::move(status)});
  routes.push_back(file_route("/status", "text/html; charset=utf-8", status_page_html));
  routes.push_back(
      file_route("/aiva/status-page.js", "text/javascript; charset=utf-8", status_page_script));
  routes.push_back(
      file_route("/aiva/status-page.css", "text/css; charset=utf-8", status_page_style));
  return routes;
}

}  // namespace aiva::http
