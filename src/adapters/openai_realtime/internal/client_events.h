#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ports/realtime_model.h"

namespace aiva::openai_realtime {

// What a client sends, as JSON text.
namespace client_event {

std::string session_update(const RealtimeSettings& settings, std::string_view transcription_model);
// Only who takes turns.
std::string turn_detection_update(const RealtimeSettings& settings);
std::string append_audio(std::string_view audio);
// One of the events that are nothing but a type.
std::string plain(std::string_view type);
std::string add_words(ChatRole role, std::string_view text);
std::string add_result(std::string_view call_id, std::string_view result);
std::string answer(std::string_view instructions);
std::string cancel(std::string_view answer);
std::string truncate(std::string_view item, std::int64_t heard_ms);

}  // namespace client_event
}  // namespace aiva::openai_realtime
