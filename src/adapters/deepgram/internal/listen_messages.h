#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/deepgram/deepgram.h"
#include "foundation/result.h"
#include "ports/speech_stream.h"

namespace aiva::deepgram {

// Path and query of a stream that listens.
std::string listen_path(const DeepgramOptions& options, const SpeechStreamSettings& settings);

// A model of /v2/listen: the wanted one, or its English one where that is of /v1/listen.
std::string flux_model(std::string_view model);

// What a message of /v1/listen or of /v2/listen means, in order; nothing for what nobody needs.
// Times are of the connection. Fails with `unavailable` when it is no message, or says that the
// stream is over.
Result<std::vector<SpeechStreamEvent>> read_results(std::string_view text);
Result<std::vector<SpeechStreamEvent>> read_turns(std::string_view text, std::string_view api_key);

}  // namespace aiva::deepgram
