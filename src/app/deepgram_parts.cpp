#include "app/deepgram_parts.h"

#include <chrono>
#include <utility>

#include "adapters/deepgram/deepgram.h"
#include "adapters/http_client/websocket_client.h"

namespace aiva::app {
namespace {

constexpr std::chrono::seconds line_ping{5};  // a provider that is gone is noticed after two

// The models of streams that take turns do not hear single utterances.
DeepgramOptions by_utterance(DeepgramOptions options) {
  if (options.model.starts_with("flux")) options.model = DeepgramOptions().model;
  return options;
}

}  // namespace

Result<void> open_sockets(const Config::Voice& config, Parts& parts) {
  if (parts.sockets) return {};
  TRY(parts.sockets,
      make_websocket_client({.threads = static_cast<std::size_t>(config.realtime_threads),
                             .ping_interval = line_ping}));
  return {};
}

Result<void> open_deepgram(const Config::Voice& config, Parts& parts) {
  bool hears = config.recognizer == "deepgram";
  bool speaks = config.synthesizer == "deepgram";
  bool is_agent = config.deepgram_mode == "agent";
  bool is_streaming = config.deepgram_mode == "v1" || config.deepgram_mode == "flux";
  if (!hears && !speaks && !is_agent) return {};
  if (config.deepgram_key.empty()) return fail(invalid_field("voice.deepgram_key", "is missing"));
  if (is_agent || is_streaming) TRY_VOID(open_sockets(config, parts));
  DeepgramOptions options{
      .base_url = config.deepgram_url,
      .api_key = config.deepgram_key,
      .model = config.deepgram_model,
      .voice = config.deepgram_voice,
      .mode = config.deepgram_mode == "flux" ? DeepgramMode::flux : DeepgramMode::v1};
  if (is_streaming && hears)
    parts.heard_streams = make_deepgram_streaming_recognizer(options, *parts.sockets);
  if (is_streaming && speaks)
    parts.voice_streams = make_deepgram_streaming_synthesizer(options, *parts.sockets);
  if (is_agent)
    parts.voice_agent = make_deepgram_voice_agent({.base_url = config.deepgram_agent_url,
                                                   .api_key = config.deepgram_key,
                                                   .listen_model = config.deepgram_model,
                                                   .think_model = config.deepgram_think_model,
                                                   .voice = config.deepgram_voice},
                                                  *parts.sockets);
  if (is_streaming && config.deepgram_fallback == "packaged") return {};
  if (hears) parts.recognizer = make_deepgram_recognizer(by_utterance(options), *parts.model_http);
  if (speaks) parts.synthesizer = make_deepgram_synthesizer(std::move(options), *parts.model_http);
  return {};
}

}  // namespace aiva::app
