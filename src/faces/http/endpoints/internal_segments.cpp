#include "faces/http/endpoints/internal_segments.h"

#include <optional>
#include <string>
#include <utility>

#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/segment_json.h"

namespace aiva::http {
namespace {

using identity::Permission;
using voice::SoundFile;
using voice::Speaker;

constexpr std::size_t template_bytes_max = 4000;
constexpr std::size_t rendered_bytes_max = 64 * 1024;
constexpr std::size_t key_bytes_max = 100;

using Parts = InternalSegmentParts;

Task<Result<Response>> list_segments(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  auto listing = parts.segments.list(context, agent, {});
  CO_TRY(auto segments, co_await std::move(listing));
  co_return whole_list_response(segments, write_segment);
}

Task<Result<Response>> list_templates(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  auto listing = parts.segments.list(context, agent, {});
  CO_TRY(auto segments, co_await std::move(listing));
  std::erase_if(segments, [](const voice::Segment& segment) { return places_of(segment).empty(); });
  co_return whole_list_response(segments, write_segment);
}

// The text of the request's agent and key, in the language of its query.
Task<Result<voice::SegmentText>> find_text(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  std::string language;
  if (auto tag = request.query_text("language")) {
    CO_TRY(language, voice::read_language("language", *tag));
  }
  std::string key(request.parameter("segmentKey"));
  auto finding = parts.segments.text(context, agent, std::move(key), std::move(language));
  auto text = co_await std::move(finding);
  co_return text;
}

Task<Result<Response>> get_text(Parts parts, CallContext context, Request& request) {
  auto finding = find_text(parts, std::move(context), request);
  CO_TRY(auto text, co_await std::move(finding));
  co_return ok_response([&](JsonWriter& writer) {
    writer.begin_object()
        .field("key", text.key)
        .field("kind", text.kind)
        .field("language", text.language)
        .field("content", text.text)
        .key("variables")
        .begin_array();
    for (const auto& name : voice::places_of(text.text)) writer.value(name);
    writer.end_array().end_object();
  });
}

// What a render request speaks of: a text of its own, or a segment's.
struct RenderRequest {
  std::optional<AgentId> agent{};
  std::string key{};
  std::string language{};
  std::string text{};
  voice::TextValues values{};
};

Result<RenderRequest> read_render_request(const Request& request) {
  TRY(auto body, request.json());
  json::Fields fields(body);
  RenderRequest read;
  read.text =
      fields.optional_text("template", {.length_max = template_bytes_max}).value_or(std::string());
  read.key = fields.optional_text("key", {.length_max = key_bytes_max}).value_or(std::string());
  if (read.text.empty() == read.key.empty())
    fields.add_error("template", "or key is needed, and not both");
  if (!read.key.empty() || fields.has("agent_id")) {
    auto agent = AgentId::parse(fields.text("agent_id", {.length_max = key_bytes_max}));
    if (!agent) fields.add_error("agent_id", "must be an id");
    if (!read.key.empty()) read.agent = agent;
  }
  if (const auto* variables = fields.object("variables"))
    read.values = read_values(fields, *variables);
  auto tag = fields.optional_text("language", {.length_max = key_bytes_max});
  TRY_VOID(fields.finish());
  if (tag) {
    TRY(read.language, voice::read_language("language", *tag));
  }
  return read;
}

Task<Result<Response>> render_template(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_render_request(request));
  voice::SegmentText text{.language = wanted.language, .text = wanted.text};
  if (wanted.agent) {
    auto finding =
        parts.segments.text(context, *wanted.agent, std::move(wanted.key), wanted.language);
    CO_TRY(text, co_await std::move(finding));
  }
  auto rendered = voice::render(text.text, wanted.values);
  if (rendered.text.size() > rendered_bytes_max)
    co_return fail(ErrorCode::too_large, "The rendered text has more than 64 kB");
  co_return ok_response([&](JsonWriter& writer) {
    writer.begin_object().field("text", rendered.text);
    if (!text.key.empty()) writer.field("key", text.key);
    if (!text.language.empty()) writer.field("language", text.language);
    writer.key("missing").begin_array();
    for (const auto& name : rendered.missing) writer.value(name);
    writer.end_array().end_object();
  });
}

Result<SoundFile> read_format(const Request& request) {
  auto word = request.query_text("format").value_or("wav");
  if (word == "wav") return SoundFile::wav;
  if (word == "ulaw") return SoundFile::pcmu;
  if (word == "alaw") return SoundFile::pcma;
  return fail(invalid_field("format", "must be wav, ulaw or alaw"));
}

// The segment's text with the values of the query, all of which must be there.
Result<std::string> fill(const Request& request, const std::string& text) {
  voice::TextValues values;
  json::Value given(json::Object{});
  if (auto written = request.query_text("variables")) {
    auto parsed = json::parse(*written);
    if (!parsed || !parsed->is_object())
      return fail(invalid_field("variables", "must be a JSON object"));
    given = std::move(*parsed);
  }
  json::Fields fields(given);
  values = read_values(fields, given.as_object());
  auto rendered = voice::render(text, values);
  for (const auto& name : rendered.missing) fields.add_error("variables." + name, "is needed");
  TRY_VOID(fields.finish());
  return std::move(rendered.text);
}

Task<Result<void>> stream_speech(Speaker& speaker, CallContext context, voice::SpeechWish wish,
                                 BodyWriter& body) {
  Speaker::Listener listener = [&body](std::string piece) { return body.write(std::move(piece)); };
  auto saying = speaker.say(std::move(context), std::move(wish), std::move(listener));
  auto said = co_await std::move(saying);
  co_return said;
}

Task<Result<Response>> get_audio(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto format, read_format(request));
  CO_TRY(auto rate, request.query_integer("rate", 8'000, 8'000, 24'000));
  auto finding = find_text(parts, context, request);
  CO_TRY(auto text, co_await std::move(finding));
  if (parts.speaker == nullptr)
    co_return fail(ErrorCode::unavailable, "Nothing is spoken here: the server has no voice");
  CO_TRY(auto filled, fill(request, text.text));
  voice::SpeechWish wish{.text = std::move(filled),
                         .voice = std::string(request.query_text("voice").value_or("")),
                         .language = text.language,
                         .file = format,
                         .rate = static_cast<int>(rate),
                         .agent = agent};
  Response response{.content_type = std::string(voice::media_type_of(format))};
  response.headers.push_back({"Content-Language", text.language});
  response.producer = [&speaker = *parts.speaker, wish = std::move(wish)](
                          CallContext streaming, BodyWriter& body) mutable {
    return stream_speech(speaker, std::move(streaming), std::move(wish), body);
  };
  co_return response;
}

}  // namespace

std::vector<Route> internal_segment_routes(InternalSegmentParts parts) {
  auto bind = [parts](auto handler) -> Handler {
    return [parts, handler](CallContext context, Request& request) {
      return handler(parts, std::move(context), request);
    };
  };
  auto is_bridge = Right::needs(Permission::functions_execute);
  RouteOptions streaming{.is_streaming = true};
  std::vector<Route> routes;
  routes.push_back(
      {Method::get, "/api/internal/agents/:agentId/segments", is_bridge, bind(list_segments)});
  routes.push_back({Method::get, "/api/internal/agents/:agentId/segments/:segmentKey", is_bridge,
                    bind(get_text)});
  routes.push_back(
      {Method::get, "/api/internal/agents/:agentId/templates", is_bridge, bind(list_templates)});
  routes.push_back(
      {Method::post, "/api/internal/templates/render", is_bridge, bind(render_template)});
  routes.push_back({Method::get, "/api/internal/ivr/audio/:agentId/:segmentKey", is_bridge,
                    bind(get_audio), streaming});
  return routes;
}

}  // namespace aiva::http
