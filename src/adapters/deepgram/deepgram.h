#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "ports/http_client.h"
#include "ports/realtime_model.h"
#include "ports/speech_recognizer.h"
#include "ports/speech_stream.h"
#include "ports/speech_synthesizer.h"
#include "ports/voice_stream.h"
#include "ports/websocket_client.h"

namespace aiva {

// Which interface listens to streams: /v1/listen, whose words its callers make turns of, or
// /v2/listen (Flux), which finds out about turns itself.
enum class DeepgramMode : std::uint8_t { v1, flux };

struct DeepgramOptions {
  std::string base_url = "https://api.deepgram.com";  // or wss://…
  std::string api_key{};                              // never logged
  std::string model = "nova-3";                       // of the recognizer
  std::string voice = "aura-2-thalia-en";             // of the synthesizer, where none is asked for
  DeepgramMode mode = DeepgramMode::v1;
  std::chrono::milliseconds timeout{15'000};
  std::chrono::milliseconds open_timeout{5'000};  // of a stream
  std::chrono::milliseconds keep_alive{5'000};  // of silence; the provider ends a stream after 10 s
  bool may_reach_private_addresses = true;      // the operator's own configuration may
};

// Utterances over POST {base_url}/v1/listen. Takes any language the provider knows; without one
// the provider finds out. Fails with `unavailable` (server down, overloaded, our key or credits
// refused) and as HTTP clients fail. `http` must outlive it.
std::unique_ptr<SpeechRecognizer> make_deepgram_recognizer(DeepgramOptions options,
                                                           HttpClient& http);

// Sentences over POST {base_url}/v1/speak, handed out as they arrive. A voice of the provider is
// its language, too; a speed other than 1 is `invalid`. Fails as the recognizer does, `invalid`
// for voices it does not have. `http` must outlive it and what it gave.
std::unique_ptr<SpeechSynthesizer> make_deepgram_synthesizer(DeepgramOptions options,
                                                             HttpClient& http);

// Streams over wss://…/v1/listen or /v2/listen. What was heard since the last final words, 30 s of
// it at most, is heard again when a connection is lost. `sockets` must outlive it and its streams.
std::unique_ptr<StreamingRecognizer> make_deepgram_streaming_recognizer(DeepgramOptions options,
                                                                        WebSocketClient& sockets);

// Voices over wss://…/v1/speak, one connection each, made anew when it is lost before a text was
// begun. `sockets` must outlive it and its voices.
std::unique_ptr<StreamingSynthesizer> make_deepgram_streaming_synthesizer(DeepgramOptions options,
                                                                          WebSocketClient& sockets);

struct DeepgramAgentOptions {
  std::string base_url = "wss://agent.deepgram.com";
  std::string api_key{};                    // never logged
  std::string listen_model = "nova-3";      // "flux…": by the second interface
  std::string think_model = "gpt-4o-mini";  // of OpenAI, at the provider; where none is asked for
  std::string voice = "aura-2-thalia-en";   // where none is asked for
  std::chrono::milliseconds open_timeout{10'000};  // until the settings are taken
  std::chrono::milliseconds keep_alive{5'000};
  bool may_reach_private_addresses = true;
};

// Deepgram's Voice Agent over {base_url}/v1/agent/converse. `sockets` must outlive it and its
// sessions.
std::unique_ptr<RealtimeModel> make_deepgram_voice_agent(DeepgramAgentOptions options,
                                                         WebSocketClient& sockets);

}  // namespace aiva
