#include "faces/http/endpoints/segments.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "faces/http/endpoints/caller.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/segment_json.h"

namespace aiva::http {
namespace {

using identity::Permission;
using voice::Segment;
using voice::Segments;

constexpr std::size_t text_bytes_max = 10'000;  // the capability says how many may be
constexpr std::size_t puts_max = 500;
constexpr std::uint64_t bulk_bytes_max = 5 * 1024 * 1024;
constexpr std::size_t languages_max = 50;

std::string key_of(const Request& request) { return std::string(request.parameter("segmentKey")); }

Response segment_response(const Segment& segment, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_segment(writer, segment); }, status);
}

Task<Result<Response>> create_segment(Segments& segments, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  Segment wanted{.agent = agent};
  read_segment(fields, wanted);
  CO_TRY_VOID(fields.finish());
  auto creating = segments.create(context, caller_of(request), std::move(wanted));
  CO_TRY(auto segment, co_await std::move(creating));
  co_return segment_response(segment, 201);
}

Task<Result<Response>> list_segments(Segments& segments, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  voice::SegmentFilter filter{.kind = std::string(request.query_text("kind").value_or(""))};
  if (auto tag = request.query_text("language")) {
    CO_TRY(filter.language, voice::read_language("language", *tag));
  }
  auto listing = segments.list(context, agent, std::move(filter));
  CO_TRY(auto found, co_await std::move(listing));
  co_return whole_list_response(found, write_segment);
}

Task<Result<Response>> get_segment(Segments& segments, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  auto getting = segments.get(context, agent, key_of(request));
  CO_TRY(auto segment, co_await std::move(getting));
  co_return segment_response(segment);
}

Task<Result<Response>> change_segment(Segments& segments, CallContext context, Request& request,
                                      Segments::Change change) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  auto changing =
      segments.change(context, caller_of(request), agent, key_of(request), std::move(change));
  CO_TRY(auto segment, co_await std::move(changing));
  co_return segment_response(segment);
}

Task<Result<Response>> update_segment(Segments& segments, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  // The body outlives the call and is only read; the transaction may run twice.
  Segments::Change change = [&body](Segment& segment) -> Result<void> {
    json::Fields fields(body);
    read_segment(fields, segment);
    return fields.finish();
  };
  auto changing = change_segment(segments, context, request, std::move(change));
  CO_TRY(auto response, co_await std::move(changing));
  co_return response;
}

Task<Result<Response>> remove_segment(Segments& segments, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  auto removing = segments.remove(context, caller_of(request), agent, key_of(request));
  CO_TRY_VOID(co_await std::move(removing));
  co_return done_response();
}

Task<Result<Response>> get_content(Segments& segments, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto language, voice::read_language("language", request.parameter("language")));
  auto getting = segments.get(context, agent, key_of(request));
  CO_TRY(auto segment, co_await std::move(getting));
  auto content = segment.contents.find(language);
  if (content == segment.contents.end())
    co_return fail(ErrorCode::not_found, "The segment has no text in this language");
  co_return ok_response([&](JsonWriter& writer) {
    writer.begin_object()
        .field("key", segment.key)
        .field("language", content->first)
        .field("content", content->second)
        .end_object();
  });
}

Task<Result<Response>> put_content(Segments& segments, CallContext context, Request& request) {
  CO_TRY(auto language, voice::read_language("language", request.parameter("language")));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto text = fields.text("content", {.length_min = 1, .length_max = text_bytes_max});
  CO_TRY_VOID(fields.finish());
  Segments::Change change = [language, text](Segment& segment) -> Result<void> {
    segment.contents[language] = text;
    return {};
  };
  auto changing = change_segment(segments, context, request, std::move(change));
  CO_TRY(auto response, co_await std::move(changing));
  co_return response;
}

Task<Result<Response>> remove_content(Segments& segments, CallContext context, Request& request) {
  CO_TRY(auto language, voice::read_language("language", request.parameter("language")));
  Segments::Change change = [language](Segment& segment) -> Result<void> {
    if (segment.contents.erase(language) > 0) return {};
    return fail(ErrorCode::not_found, "The segment has no text in this language");
  };
  auto changing = change_segment(segments, context, request, std::move(change));
  CO_TRY(auto response, co_await std::move(changing));
  co_return response;
}

// "de,fr" of the query.
Result<std::vector<std::string>> read_languages(const Request& request) {
  std::vector<std::string> languages;
  auto rest = request.query_text("languages").value_or("");
  while (!rest.empty()) {
    auto comma = std::min(rest.find(','), rest.size());
    TRY(auto language, voice::read_language("languages", rest.substr(0, comma)));
    languages.push_back(std::move(language));
    rest.remove_prefix(std::min(rest.size(), comma + 1));
  }
  if (languages.size() > languages_max)
    return fail(invalid_field("languages", "may be at most 50"));
  return languages;
}

Task<Result<std::vector<voice::LanguageCoverage>>> find_coverage(Segments& segments,
                                                                 CallContext context,
                                                                 Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto languages, read_languages(request));
  auto covering = segments.coverage(context, agent, std::move(languages));
  auto coverage = co_await std::move(covering);
  co_return coverage;
}

Task<Result<Response>> get_coverage(Segments& segments, CallContext context, Request& request) {
  auto finding = find_coverage(segments, std::move(context), request);
  CO_TRY(auto coverage, co_await std::move(finding));
  co_return whole_list_response(
      coverage, [](JsonWriter& writer, const voice::LanguageCoverage& covered) {
        auto missing = static_cast<std::int64_t>(covered.missing.size());
        auto all = covered.present + missing;
        writer.begin_object()
            .field("language", covered.language)
            .field("present", covered.present)
            .field("missing", missing)
            .field("percent", all == 0 ? 100 : covered.present * 100 / all)
            .end_object();
      });
}

Task<Result<Response>> list_missing(Segments& segments, CallContext context, Request& request) {
  auto finding = find_coverage(segments, std::move(context), request);
  CO_TRY(auto coverage, co_await std::move(finding));
  std::map<std::string, std::vector<std::string>> languages;  // by key
  for (const auto& covered : coverage)
    for (const auto& key : covered.missing) languages[key].push_back(covered.language);
  co_return whole_list_response(languages, [](JsonWriter& writer, const auto& entry) {
    writer.begin_object().field("key", entry.first).key("languages").begin_array();
    for (const auto& language : entry.second) writer.value(language);
    writer.end_array().end_object();
  });
}

// The change a member of the list asks for; the list is only read.
voice::SegmentPut put_of(const json::Value& value, json::Fields& fields, std::size_t place) {
  json::Fields item(value);
  auto key = item.text("key", {.length_min = 1, .length_max = text_bytes_max});
  if (!value.is_object() || !item.has("key"))
    fields.add_error("segments[" + std::to_string(place) + "].key", "is needed");
  return {.key = std::move(key), .change = [&value](Segment& segment) -> Result<void> {
            json::Fields changed(value);
            read_segment(changed, segment);
            return changed.finish();
          }};
}

Task<Result<Response>> put_segments(Segments& segments, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  std::vector<voice::SegmentPut> puts;
  const auto* array = fields.array("segments", puts_max);
  if (array == nullptr && !fields.has("segments")) fields.add_error("segments", "is needed");
  for (std::size_t place = 0; array != nullptr && place < array->size(); ++place)
    puts.push_back(put_of((*array)[place], fields, place));
  CO_TRY_VOID(fields.finish());
  auto putting = segments.put_all(context, caller_of(request), agent, std::move(puts));
  CO_TRY(auto counts, co_await std::move(putting));
  co_return ok_response([&](JsonWriter& writer) {
    writer.begin_object()
        .field("created", counts.created)
        .field("updated", counts.updated)
        .field("unchanged", counts.unchanged)
        .end_object();
  });
}

}  // namespace

std::vector<Route> segment_routes(Segments& segments) {
  auto bind = [&segments](auto handler) -> Handler {
    return [&segments, handler](CallContext context, Request& request) {
      return handler(segments, std::move(context), request);
    };
  };
  auto may_read = Right::needs(Permission::agents_read);
  auto may_write = Right::needs(Permission::agents_write);
  constexpr auto all = "/api/segments/:agentId";
  constexpr auto one = "/api/segments/:agentId/:segmentKey";
  constexpr auto content = "/api/segments/:agentId/:segmentKey/:language";
  RouteOptions large{.body_bytes_max = bulk_bytes_max};
  std::vector<Route> routes;
  routes.push_back({Method::post, all, may_write, bind(create_segment)});
  routes.push_back({Method::get, all, may_read, bind(list_segments)});
  routes.push_back({Method::get, "/api/segments/:agentId/coverage", may_read, bind(get_coverage)});
  routes.push_back({Method::get, "/api/segments/:agentId/missing", may_read, bind(list_missing)});
  routes.push_back(
      {Method::post, "/api/segments/:agentId/bulk", may_write, bind(put_segments), large});
  routes.push_back({Method::get, one, may_read, bind(get_segment)});
  routes.push_back({Method::put, one, may_write, bind(update_segment)});
  routes.push_back({Method::del, one, may_write, bind(remove_segment)});
  routes.push_back({Method::get, content, may_read, bind(get_content)});
  routes.push_back({Method::put, content, may_write, bind(put_content)});
  routes.push_back({Method::del, content, may_write, bind(remove_content)});
  return routes;
}

}  // namespace aiva::http
