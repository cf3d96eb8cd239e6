#include "faces/http/endpoints/credit_usage.h"

#include <cstdio>

#include "faces/http/endpoints/credit_json.h"
#include "foundation/time.h"

namespace aiva::http {
namespace {

using billing::Usage;
using billing::UsageRow;

constexpr UnixMs day_ms = 24LL * 3600 * 1000;
constexpr int days_default = 30;

std::string day_text(UnixMs day) { return to_iso8601(day).substr(0, 10); }

// A day as YYYY-MM-DD.
Result<UnixMs> query_day(const Request& request, std::string_view name, UnixMs fallback) {
  auto text = request.query_text(name);
  if (!text) return fallback;
  auto instant = text->size() == 10 ? parse_iso8601(std::string(*text) + "T00:00:00Z")
                                    : std::optional<UnixMs>();
  if (instant && *instant >= 0) return *instant;
  return fail(invalid_field(std::string(name), "must be a day: YYYY-MM-DD"));
}

Result<billing::UsageGrouping> query_grouping(const Request& request) {
  billing::UsageGrouping grouping;
  auto text = request.query_text("group_by");
  if (!text) return grouping;
  grouping.by_day = false;
  auto rest = *text;
  while (!rest.empty()) {
    auto name = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    if (name == "day")
      grouping.by_day = true;
    else if (name == "operation")
      grouping.by_operation = true;
    else if (name == "model")
      grouping.by_model = true;
    else if (name == "agent")
      grouping.by_agent = true;
    else if (name == "key")
      grouping.by_key = true;
    else
      return fail(invalid_field("group_by", "must be of day, operation, model, agent and key"));
  }
  return grouping;
}

// What a report is not divided by is not in its rows.
void write_row(JsonWriter& writer, const UsageRow& row, const billing::UsageGrouping& grouping) {
  auto write_id = [&](std::string_view name, const std::string& id) {
    if (id.empty())
      writer.null_field(name);
    else
      writer.field(name, id);
  };
  writer.begin_object();
  if (grouping.by_day) writer.field("day", day_text(row.day));
  if (grouping.by_operation) writer.field("operation_type", row.operation);
  if (grouping.by_model) writer.field("model", row.model);
  if (grouping.by_agent) write_id("agent_id", row.agent);
  if (grouping.by_key) write_id("api_key_id", row.key);
  writer.field("charges", row.charges).field("refunds", row.refunds);
  writer.field("base", in_dollars(row.base)).field("margin", in_dollars(row.amount - row.base));
  writer.field("amount", in_dollars(row.amount)).end_object();
}

// RFC 4180. A text that a spreadsheet would take for a formula gets a quote in front.
void append_cell(std::string& csv, std::string_view text) {
  bool is_formula = !text.empty() && std::string_view("=+-@\t\r").contains(text.front());
  bool is_quoted = is_formula || text.find_first_of(",\"\r\n") != std::string_view::npos;
  if (!is_quoted) {
    csv.append(text).append(",");
    return;
  }
  csv.append(is_formula ? "\"'" : "\"");
  for (char c : text) csv.append(c == '"' ? 2 : 1, c);
  csv.append("\",");
}

std::string to_csv(const std::vector<UsageRow>& rows, const billing::UsageGrouping& grouping) {
  std::string csv;
  if (grouping.by_day) csv += "day,";
  if (grouping.by_operation) csv += "operation_type,";
  if (grouping.by_model) csv += "model,";
  if (grouping.by_agent) csv += "agent_id,";
  if (grouping.by_key) csv += "api_key_id,";
  csv += "charges,refunds,base_usd,margin_usd,amount_usd\r\n";
  for (const auto& row : rows) {
    if (grouping.by_day) append_cell(csv, day_text(row.day));
    if (grouping.by_operation) append_cell(csv, row.operation);
    if (grouping.by_model) append_cell(csv, row.model);
    if (grouping.by_agent) append_cell(csv, row.agent);
    if (grouping.by_key) append_cell(csv, row.key);
    char numbers[160];
    int length = std::snprintf(numbers, sizeof numbers, "%lld,%lld,%.6f,%.6f,%.6f\r\n",
                               static_cast<long long>(row.charges),
                               static_cast<long long>(row.refunds), in_dollars(row.base),
                               in_dollars(row.amount - row.base), in_dollars(row.amount));
    csv.append(numbers, static_cast<std::size_t>(length));
  }
  return csv;
}

Response json_report(const std::vector<UsageRow>& rows, const billing::UsageQuery& query) {
  billing::MicroUsd base = 0;
  billing::MicroUsd amount = 0;
  return ok_response([&](JsonWriter& writer) {
    writer.begin_object().field("from", day_text(query.from)).field("to", day_text(query.until));
    writer.field("currency", "USD").key("items").begin_array();
    for (const auto& row : rows) {
      write_row(writer, row, query.grouping);
      base += row.base;
      amount += row.amount;
    }
    writer.end_array().field("total_base", in_dollars(base));
    writer.field("total_amount", in_dollars(amount)).end_object();
  });
}

Task<Result<Response>> report(Usage& usage, const Clock& clock, CallContext context,
                              Request& request) {
  auto today = clock.unix_ms() - clock.unix_ms() % day_ms;
  billing::UsageQuery query;
  CO_TRY(query.until, query_day(request, "to", today));
  CO_TRY(query.from, query_day(request, "from", query.until - (days_default - 1) * day_ms));
  CO_TRY(query.grouping, query_grouping(request));
  auto format = request.query_text("format").value_or("json");
  if (format != "json" && format != "csv")
    co_return fail(invalid_field("format", "must be json or csv"));
  CO_TRY(auto tenant, query_tenant(request));
  CO_TRY(auto rows, co_await usage.report(context, tenant, query));
  if (format == "json") co_return json_report(rows, query);
  Response response{.body = to_csv(rows, query.grouping),
                    .content_type = "text/csv; charset=utf-8"};
  auto name = "usage-" + day_text(query.from) + "-" + day_text(query.until) + ".csv";
  response.headers.push_back({"Content-Disposition", "attachment; filename=\"" + name + "\""});
  co_return response;
}

}  // namespace

std::vector<Route> credit_usage_routes(Usage& usage, const Clock& clock) {
  Handler handler = [&usage, &clock](CallContext context, Request& request) {
    return report(usage, clock, context, request);
  };
  std::vector<Route> routes;
  routes.push_back({Method::get, "/api/credits/usage",
                    Right::needs(identity::Permission::billing_read), std::move(handler)});
  return routes;
}

}  // namespace aiva::http
