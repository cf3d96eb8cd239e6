#include "adapters/deepgram/internal/listen_messages.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "adapters/deepgram/internal/reading.h"
#include "adapters/deepgram/internal/request.h"

namespace aiva::deepgram {
namespace {

using Kind = SpeechStreamEvent::Kind;

constexpr int endpointing_ms_min = 10;
constexpr int endpointing_ms_max = 5'000;
constexpr double seconds_max = 7 * 86'400;  // beyond belief
constexpr std::string_view flux_english = "flux-general-en";
constexpr std::string_view flux_multilingual = "flux-general-multi";

std::string_view name_of(StreamAudio::Coding coding) {
  switch (coding) {
    case StreamAudio::Coding::linear16: return "linear16";
    case StreamAudio::Coding::mulaw: return "mulaw";
    case StreamAudio::Coding::alaw: return "alaw";
  }
  return "";
}

std::string audio_query(const StreamAudio& audio) {
  return "&encoding=" + std::string(name_of(audio.coding)) +
         "&sample_rate=" + std::to_string(audio.rate);
}

std::string flux_path(const DeepgramOptions& options, const SpeechStreamSettings& settings) {
  auto language = settings.language.substr(0, settings.language.find('-'));
  auto model = flux_model(options.model);
  bool is_other = !language.empty() && language != "en";
  if (is_other && model == flux_english) model = flux_multilingual;
  auto path = "/v2/listen?model=" + escape(model) + audio_query(settings.audio) +
              "&eot_threshold=0.7&eager_eot_threshold=0.5&eot_timeout_ms=3000";
  if (!language.empty() && model == flux_multilingual) path += "&language_hint=" + escape(language);
  return path;
}

std::int64_t ms_of(double seconds) {
  return std::llround(std::clamp(seconds, 0.0, seconds_max) * 1000);
}

std::string_view trimmed(std::string_view text) {
  auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

struct TurnEvent {
  std::string_view name;
  Kind kind;
};
constexpr auto turn_events = std::to_array<TurnEvent>({{"Update", Kind::words},
                                                       {"StartOfTurn", Kind::turn_started},
                                                       {"EagerEndOfTurn", Kind::turn_may_end},
                                                       {"TurnResumed", Kind::turn_resumed},
                                                       {"EndOfTurn", Kind::turn_ended}});

}  // namespace

std::string flux_model(std::string_view model) {
  return std::string(model.starts_with("flux") ? model : flux_english);
}

std::string listen_path(const DeepgramOptions& options, const SpeechStreamSettings& settings) {
  if (options.mode == DeepgramMode::flux) return flux_path(options, settings);
  auto endpointing = std::clamp(settings.silence_ms, endpointing_ms_min, endpointing_ms_max);
  auto path = "/v1/listen?model=" + escape(options.model) + audio_query(settings.audio) +
              "&channels=1&interim_results=true&smart_format=true&punctuate=true"
              "&utterance_end_ms=1000&vad_events=true&endpointing=" +
              std::to_string(endpointing);
  if (!settings.language.empty()) path += "&language=" + escape(settings.language);
  return path;
}

Result<std::vector<SpeechStreamEvent>> read_results(std::string_view text) {
  TRY(auto message, read_message(text));
  const auto& body = message.as_object();
  auto type = text_of(body, "type");
  if (type == "UtteranceEnd")
    return std::vector{SpeechStreamEvent{.kind = Kind::words_paused,
                                         .until_ms = ms_of(number_of(body, "last_word_end"))}};
  std::vector<SpeechStreamEvent> events;
  if (type != "Results") return events;  // SpeechStarted, Metadata, and what is to come
  const auto* words = first_of(object_of(&body, "channel"), "alternatives");
  if (words == nullptr)
    return fail(ErrorCode::unavailable, "The speech provider's answer is malformed",
                "no alternatives");
  auto said = text_of(*words, "transcript");
  events.push_back({.kind = flag_of(body, "is_final") ? Kind::final_words : Kind::words,
                    .text = std::string(trimmed(said)),
                    .confidence = std::clamp(number_of(*words, "confidence"), 0.0, 1.0),
                    .until_ms = ms_of(number_of(body, "start") + number_of(body, "duration"))});
  if (flag_of(body, "from_finalize")) {
    auto until = events.back().until_ms;
    events.push_back({.kind = Kind::flushed, .until_ms = until});
  }
  return events;
}

Result<std::vector<SpeechStreamEvent>> read_turns(std::string_view text, std::string_view api_key) {
  TRY(auto message, read_message(text));
  const auto& body = message.as_object();
  auto type = text_of(body, "type");
  if (type == "Error")
    return fail(ErrorCode::unavailable, "The speech provider ended the stream",
                cause_of(text_of(body, "code"), text_of(body, "description"), api_key));
  std::vector<SpeechStreamEvent> events;
  if (type != "TurnInfo") return events;
  auto name = text_of(body, "event");
  const auto* found = std::ranges::find(turn_events, name, &TurnEvent::name);
  if (found == turn_events.end()) return events;
  auto said = text_of(body, "transcript");
  events.push_back({.kind = found->kind,
                    .text = std::string(trimmed(said)),
                    .confidence = std::clamp(number_of(body, "end_of_turn_confidence"), 0.0, 1.0),
                    .until_ms = ms_of(number_of(body, "audio_window_end"))});
  return events;
}

}  // namespace aiva::deepgram
