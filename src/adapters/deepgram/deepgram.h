#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "ports/http_client.h"
#include "ports/speech_recognizer.h"
#include "ports/speech_synthesizer.h"

namespace aiva {

struct DeepgramOptions {
  std::string base_url = "https://api.deepgram.com";
  std::string api_key{};                   // never logged
  std::string model = "nova-3";            // of the recognizer
  std::string voice = "aura-2-thalia-en";  // of the synthesizer, where none is asked for
  std::chrono::milliseconds timeout{15'000};
  bool may_reach_private_addresses = true;  // the operator's own configuration may
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

}  // namespace aiva
