#include "faces/http/endpoints/search_history_json.h"

#include <string_view>
#include <vector>

#include "foundation/time.h"

namespace aiva::http {
namespace {

constexpr std::size_t date_characters = 10;  // of 2030-01-31T00:00:00.000Z

double in_dollars(billing::MicroUsd amount) { return static_cast<double>(amount) / 1e6; }

void write_figures(JsonWriter& writer, const search::SearchFigures& figures) {
  writer.field("searches", figures.count)
      .field("cached", figures.cached)
      .field("cached_share", figures.share(figures.cached))
      .field("without_results", figures.without_results)
      .field("without_results_share", figures.share(figures.without_results))
      .field("mean_ms", figures.mean_ms())
      .field("base_cost", in_dollars(figures.base_cost));
}

void write_latency(JsonWriter& writer, std::string_view name, const search::Latency& latency) {
  writer.key(name)
      .begin_object()
      .field("measured", latency.measured)
      .field("mean", latency.mean_ms)
      .field("p50", latency.p50_ms)
      .field("p95", latency.p95_ms)
      .field("p99", latency.p99_ms)
      .end_object();
}

void write_questions(JsonWriter& writer, std::string_view name,
                     const std::vector<search::AskedQuestion>& questions) {
  writer.key(name).begin_array();
  for (const auto& asked : questions)
    writer.begin_object()
        .field("query", asked.question)
        .field("count", asked.count)
        .field("without_results", asked.without_results)
        .field("mean_score", asked.mean_score)
        .field("last_asked_at", to_iso8601(asked.last_asked_at))
        .end_object();
  writer.end_array();
}

void write_days(JsonWriter& writer, const search::SearchAnalytics& analytics) {
  writer.key("by_day").begin_array();
  for (const auto& day : analytics.days) {
    auto date = to_iso8601(day.begin).substr(0, date_characters);
    writer.begin_object().field("date", date);
    write_figures(writer, day.figures);
    writer.end_object();
  }
  writer.end_array();
}

void write_hours(JsonWriter& writer, const search::SearchAnalytics& analytics) {
  writer.key("by_hour").begin_array();
  for (std::size_t hour = 0; hour < analytics.hours.size(); ++hour) {
    writer.begin_object().field("hour", hour);
    write_figures(writer, analytics.hours.at(hour));
    writer.end_object();
  }
  writer.end_array();
}

void write_types(JsonWriter& writer, const search::SearchAnalytics& analytics) {
  writer.key("by_type").begin_array();
  for (const auto& [type, figures] : analytics.types) {
    writer.begin_object().field("search_type", type);
    write_figures(writer, figures);
    writer.end_object();
  }
  writer.end_array();
}

}  // namespace

void write_past_search(JsonWriter& writer, const search::PastSearch& past) {
  writer.begin_object()
      .field("id", past.id)
      .field("query", past.query)
      .field("search_type", past.type)
      .field("results_count", past.results_count)
      .field("top_score", past.top_score)
      .field("search_time_ms", past.time_ms)
      .field("query_tokens", past.query_tokens)
      .field("base_cost", in_dollars(past.base_cost))
      .field("cached", past.is_cached);
  past.user.is_nil() ? writer.null_field("user_id") : writer.field("user_id", past.user);
  past.session ? writer.field("session_id", *past.session) : writer.null_field("session_id");
  writer.field("created_at", to_iso8601(past.created_at)).end_object();
}

void write_analytics(JsonWriter& writer, const search::SearchAnalytics& analytics) {
  writer.begin_object()
      .field("from", to_iso8601(analytics.from))
      .field("until", to_iso8601(analytics.until))
      .field("is_complete", analytics.is_complete);
  write_figures(writer, analytics.all);
  writer.key("latency_ms").begin_object().field("is_exact", analytics.is_latency_exact);
  write_latency(writer, "all", analytics.latency);
  write_latency(writer, "cached", analytics.latency_cached);
  write_latency(writer, "uncached", analytics.latency_uncached);
  writer.end_object();
  write_days(writer, analytics);
  write_hours(writer, analytics);
  write_types(writer, analytics);
  writer.field("are_queries_complete", analytics.are_questions_complete);
  write_questions(writer, "top_queries", analytics.top_questions);
  write_questions(writer, "no_result_queries", analytics.questions_without_results);
  writer.end_object();
}

}  // namespace aiva::http
