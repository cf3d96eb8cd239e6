#include "app/voice_parts.h"

#include <charconv>
#include <chrono>
#include <string>
#include <utility>

#include "adapters/flite/flite_synthesizer.h"
#include "adapters/http_client/websocket_client.h"
#include "adapters/onnx/moonshine_recognizer.h"
#include "adapters/onnx/silero_voice_detector.h"
#include "adapters/openai_realtime/openai_realtime.h"
#include "app/call_parts.h"
#include "app/deepgram_parts.h"
#include "foundation/log.h"

namespace aiva::app {
namespace {

using std::chrono::seconds;

// Calls may come that nobody asked for by HTTP.
bool takes_calls_by_itself(const Config& config) {
  return config.audiosocket.port >= 0 || !config.rtp.ports.empty() || config.rtp.bridge_port >= 0;
}

Result<void> open_voices(const Config& config, const Paths& paths, Parts& parts) {
  TRY(parts.voice_detectors,
      make_silero_voice_detectors(
          {.library_path = paths.onnxruntime,
           .model_path = paths.native / "voice_detector" / "silero_vad_v5.onnx"}));
  const auto& voice = config.voice;
  TRY_VOID(open_deepgram(voice, parts));
  if (!parts.recognizer) {
    TRY(parts.recognizer,
        make_moonshine_recognizer({.library_path = paths.onnxruntime,
                                   .folder = paths.native / "speech_recognizer",
                                   .threads = static_cast<std::size_t>(voice.recognizer_threads),
                                   .opens_early = takes_calls_by_itself(config)}));
  }
  if (!parts.synthesizer) {
    TRY(parts.synthesizer, make_flite_synthesizer({.voice = voice.packaged_voice}));
  }
  return {};
}

// Of agents whose speech provider is openai.
Result<void> open_realtime_model(const Config::Voice& config, Parts& parts) {
  if (config.realtime_key.empty()) return {};
  TRY_VOID(open_sockets(config, parts));
  parts.realtime_model = make_openai_realtime_model(
      {.base_url = config.realtime_url,
       .api_key = config.realtime_key,
       .default_model = config.realtime_model,
       .transcription_model = config.realtime_transcription_model,
       .warm_sockets = static_cast<std::size_t>(config.realtime_warm_sockets)},
      *parts.sockets);
  return {};
}

// "9093=TENANT/AGENT".
Result<audiosocket::AgentPort> read_agent_port(const std::string& text) {
  auto mistake = [&] {
    return fail(invalid_field("audiosocket.agent_ports",
                              "each entry is PORT=TENANT_ID/AGENT_ID, unlike " + text));
  };
  audiosocket::AgentPort entry;
  auto equals = text.find('=');
  auto slash = text.find('/');
  if (equals == std::string::npos || slash == std::string::npos || slash < equals) return mistake();
  auto end = std::from_chars(text.data(), text.data() + equals, entry.port);
  auto tenant = TenantId::parse(std::string_view(text).substr(equals + 1, slash - equals - 1));
  auto agent = AgentId::parse(std::string_view(text).substr(slash + 1));
  if (end.ec != std::errc() || end.ptr != text.data() + equals || !tenant || !agent)
    return mistake();
  entry.tenant = *tenant;
  entry.agent = *agent;
  return entry;
}

}  // namespace

void build_voice(const Config& config, const Paths& paths, Parts& parts) {
  if (config.voice.provider == "none") return;
  auto opened = open_voices(config, paths, parts);
  if (opened) opened = open_realtime_model(config.voice, parts);
  if (!opened) {
    log::warn("No calls are answered", {{"reason", opened.error().message}});
    return;
  }
  const auto& voice = config.voice;
  parts.speaker = voice::make_speaker(
      {.synthesizer = *parts.synthesizer,
       .cache = *parts.spoken_cache,
       .billing = *parts.billing,
       .database = *parts.database},
      voice.synthesizer == "deepgram" ? voice.deepgram_voice : voice.packaged_voice);
  voice::LeadingParts leading{*parts.flows, *parts.agent_tools, parts.clock};
  parts.calls = voice::make_calls({.log = *parts.call_log,
                                   .chat = *parts.chat,
                                   .agents = parts.agents->active(),
                                   .detectors = *parts.voice_detectors,
                                   .recognizer = *parts.recognizer,
                                   .synthesizer = *parts.synthesizer,
                                   .metrics = parts.metrics,
                                   .realtime = parts.realtime_model.get(),
                                   .voice_agent = parts.voice_agent.get(),
                                   .call_tools = parts.call_tools.get(),
                                   .heard_streams = parts.heard_streams.get(),
                                   .voice_streams = parts.voice_streams.get(),
                                   .leading = leading,
                                   .recordings = parts.recordings.get(),
                                   .controls = &parts.call_controls,
                                   .people = parts.chat_people.get(),
                                   .places = parts.call_places.get(),
                                   .tracer = &parts.telemetry->tracer()},
                                  {.duration_max = seconds(config.voice.duration_max_s),
                                   .media_silence_max = seconds(config.voice.media_silence_max_s),
                                   .calls_max = static_cast<std::size_t>(config.voice.calls_max)});
  build_supervision(parts);
}

Result<std::unique_ptr<audiosocket::Server>> make_audiosocket(const Config& config, Parts& parts) {
  const auto& settings = config.audiosocket;
  if (settings.port < 0) return std::unique_ptr<audiosocket::Server>();
  if (!parts.calls)
    return fail(ErrorCode::unavailable, "AudioSocket needs the voices, which cannot be opened");
  audiosocket::ServerOptions options{
      .address = settings.host,
      .port = static_cast<std::uint16_t>(settings.port),
      .allowed = settings.allowed,
      .threads = static_cast<int>(settings.threads),
      .connections_max = static_cast<std::size_t>(config.voice.calls_max)};
  for (const auto& text : settings.agent_ports) {
    TRY(auto entry, read_agent_port(text));
    options.agent_ports.push_back(entry);
  }
  return audiosocket::make_server(std::move(options),
                                  {*parts.calls, *parts.call_log, parts.metrics});
}

namespace {

ari::Media media_of(const std::string& name) {
  if (name == "rtp") return ari::Media::rtp;
  return name == "websocket" ? ari::Media::websocket : ari::Media::audiosocket;
}

Result<void> check_media(ari::Media media, const audiosocket::Server* phones, const Parts& parts) {
  if (media == ari::Media::audiosocket && phones == nullptr)
    return fail(invalid_field("audiosocket.port", "is needed where ari.media is audiosocket"));
  if (media == ari::Media::rtp && parts.media_ports == nullptr)
    return fail(invalid_field("rtp.ports", "is needed where ari.media is rtp"));
  return {};
}

}  // namespace

Result<void> connect_ari(const Config& config, const audiosocket::Server* phones, Parts& parts) {
  const auto& settings = config.ari;
  if (settings.url.empty() && settings.incoming_password.empty()) return {};
  auto media = media_of(settings.media);
  if (!parts.calls) return fail(ErrorCode::unavailable, "ARI needs the voices, which are off");
  TRY_VOID(check_media(media, phones, parts));
  TRY_VOID(open_sockets(config.voice, parts));
  auto address = settings.media_address;
  if (address.empty() && phones != nullptr)
    address = config.audiosocket.host + ":" + std::to_string(phones->port());
  ari::Options options{.url = settings.url,
                       .user = settings.user,
                       .password = settings.password,
                       .app = settings.app,
                       .incoming_password = settings.incoming_password,
                       .media = media,
                       .media_address = std::move(address),
                       .media_client = settings.media_client,
                       .media_format = settings.media_format,
                       .endpoint = settings.endpoint,
                       .caller_id = settings.caller_id,
                       .transfer_context = settings.transfer_context,
                       .consults = settings.transfer == "attended",
                       .continues_refused = settings.refused == "continue",
                       .transfer_ring_max = seconds(settings.transfer_ring_s)};
  TRY(parts.ari, ari::make_ari(std::move(options), {.log = *parts.call_log,
                                                    .numbers = *parts.numbers,
                                                    .controls = parts.call_controls,
                                                    .sockets = parts.sockets.get(),
                                                    .pause = parts.pause,
                                                    .metrics = parts.metrics,
                                                    .ports = parts.media_ports}));
  if (settings.endpoint.empty()) return {};
  parts.outbound_calls = voice::make_outbound_calls(*parts.call_log, *parts.ari);
  if (!parts.http_dialler) parts.dialler.use(parts.ari.get());
  return {};
}

}  // namespace aiva::app
