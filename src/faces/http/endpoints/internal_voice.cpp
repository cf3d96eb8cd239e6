#include "faces/http/endpoints/internal_voice.h"

#include <string>
#include <utility>

#include "foundation/crypto.h"
#include "foundation/time.h"

namespace aiva::http {
namespace {

using agents::ActiveAgents;
using identity::Permission;
using voice::SpokenAudio;
using voice::SpokenCache;
using voice::SpokenText;

constexpr std::size_t text_bytes_max = 10'000;  // the capability says how many may be
constexpr std::size_t audio_text_bytes_max = 900'000;
constexpr std::int64_t duration_ms_max = 1'000'000'000;

struct Parts {
  ActiveAgents& agents;
  SpokenCache& cache;
};

Task<Result<Response>> get_speech(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  auto finding = parts.agents.find(context, agent.to_string());
  CO_TRY(auto found, co_await std::move(finding));
  const auto& settings = found->settings;
  const auto& speech = settings.speech;
  co_return ok_response([&](JsonWriter& writer) {
    writer.begin_object()
        .field("agent_id", found->id)
        .field("provider", speech.provider)
        .field("model", speech.model)
        .field("voice", settings.voice)
        .field("language", settings.language)
        .field("greeting", settings.greeting)
        .field("vad_threshold", speech.vad_threshold)
        .field("silence_duration_ms", speech.silence_duration_ms)
        .field("deepgram_model", speech.deepgram_model)
        .field("deepgram_voice", speech.deepgram_voice)
        .field("deepgram_language", speech.deepgram_language)
        .end_object();
  });
}

SpokenText read_text(json::Fields& fields) {
  auto line = [&fields](std::string_view name) {
    return fields.optional_text(name, {.length_max = text_bytes_max}).value_or(std::string());
  };
  return {.provider = line("provider"),
          .voice = line("voice"),
          .language = line("language"),
          .text = fields.text("text", {.length_min = 1, .length_max = text_bytes_max})};
}

void write_audio(JsonWriter& writer, const SpokenAudio& audio) {
  writer.field("id", audio.id)
      .field("content_type", audio.content_type)
      .field("duration_ms", audio.duration_ms)
      .field("hits", audio.hits)
      .field("created_at", to_iso8601(audio.created_at));
}

Task<Result<Response>> find_audio(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto text = read_text(fields);
  CO_TRY_VOID(fields.finish());
  auto finding = parts.cache.find(context, std::move(text));
  CO_TRY(auto found, co_await std::move(finding));
  co_return ok_response([&](JsonWriter& writer) {
    writer.begin_object().field("is_found", found.has_value());
    if (found) {
      write_audio(writer, *found);
      writer.field("audio", to_base64(found->audio));
    }
    writer.end_object();
  });
}

Task<Result<Response>> add_audio(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto text = read_text(fields);
  SpokenAudio audio{.content_type = fields.text("content_type", {.length_max = 1000}),
                    .duration_ms = fields.integer("duration_ms", 0, 0, duration_ms_max)};
  auto bytes = from_base64(fields.text("audio", {.length_max = audio_text_bytes_max}));
  if (!bytes) fields.add_error("audio", "must be Base64");
  CO_TRY_VOID(fields.finish());
  audio.audio = std::move(*bytes);
  auto adding = parts.cache.add(context, std::move(text), std::move(audio));
  CO_TRY(auto added, co_await std::move(adding));
  co_return ok_response(
      [&](JsonWriter& writer) {
        writer.begin_object();
        write_audio(writer, added);
        writer.end_object();
      },
      201);
}

Task<Result<Response>> hit_audio(Parts parts, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<voice::SpokenId>("spokenId"));
  auto counting = parts.cache.hit(context, id);
  CO_TRY(auto hits, co_await std::move(counting));
  co_return ok_response([&](JsonWriter& writer) {
    writer.begin_object().field("id", id).field("hits", hits).end_object();
  });
}

}  // namespace

std::vector<Route> internal_voice_routes(ActiveAgents& agents, SpokenCache& cache) {
  auto bind = [parts = Parts{agents, cache}](auto handler) -> Handler {
    return [parts, handler](CallContext context, Request& request) {
      return handler(parts, std::move(context), request);
    };
  };
  auto is_bridge = Right::needs(Permission::functions_execute);
  constexpr auto cached = "/api/internal/tts-cache";
  std::vector<Route> routes;
  routes.push_back(
      {Method::get, "/api/internal/agents/:agentId/tts-config", is_bridge, bind(get_speech)});
  routes.push_back({Method::post, cached, is_bridge, bind(add_audio)});
  routes.push_back({Method::post, "/api/internal/tts-cache/get", is_bridge, bind(find_audio)});
  routes.push_back(
      {Method::post, "/api/internal/tts-cache/:spokenId/hit", is_bridge, bind(hit_audio)});
  return routes;
}

}  // namespace aiva::http
