#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "capabilities/voice/leg.h"
#include "faces/realtime/internal/event_error.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"
#include "foundation/result.h"

namespace aiva::realtime {

// What a session is and cannot be told to be: most of it is the agent's.
struct SessionFacts {
  std::string id{};
  std::string model{};         // the agent's slug
  std::string instructions{};  // empty to those who may not read them
  std::string voice{};
  std::string language{};
  double threshold = 0.5;
  int silence_ms = 500;
  std::int64_t expires_at = 0;  // seconds since 1970
};

enum class TurnDetection : std::uint8_t { none, server_vad, semantic_vad };

// What a client may change.
struct SessionSettings {
  voice::AudioFormat format{.coding = voice::Coding::pcm16, .rate = 24'000};
  TurnDetection turns = TurnDetection::server_vad;
  bool has_transcription = true;  // the client is told what was understood
  bool operator==(const SessionSettings&) const = default;
};

inline constexpr int prefix_padding_ms = 300;

// Applies a `session` object of session.update or of a client secret. Fields that are unknown are
// passed over. Those that are known, but cannot be what they are asked to be, are left as they are,
// one error each. Fails, without any change, with `invalid` where the object is not what the
// protocol says. `may_change_format` is false once the call was answered.
Result<std::vector<EventError>> apply_session(const json::Value& session, const SessionFacts& facts,
                                              bool may_change_format, SessionSettings& settings);

// {"type":"audio/pcmu"}
void write_format(JsonWriter& writer, const voice::AudioFormat& format);

// The whole effective session, an object.
void write_session(JsonWriter& writer, const SessionFacts& facts, const SessionSettings& settings);

}  // namespace aiva::realtime
