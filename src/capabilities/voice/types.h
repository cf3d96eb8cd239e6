#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/billing/types.h"
#include "capabilities/voice/leg.h"
#include "foundation/ids.h"
#include "foundation/time.h"

namespace aiva::voice {

using CallId = Id<struct CallTag>;

// Announced before its audio arrives, so that a leg that carries nothing but an id finds its agent.
struct NewCall {
  std::optional<AgentId> agent{};  // or by the number that was dialled
  std::string session_id{};        // the caller's own name for the call, unique; empty: a new UUID
  std::string direction = "inbound";  // inbound | outbound
  std::string caller_id{};            // at most 100 bytes each
  std::string caller_name{};
  std::string dialled_number{};  // DID
  std::string provider{};        // of the leg: audiosocket | websocket | realtime | rtp | …
  std::string metadata = "{}";   // JSON object
  std::optional<bool> record{};  // nothing: as the agent says
  int asterisk_port = 0;         // from which a bridge sends its audio; 0: none
};

// A call as its row tells it.
struct Call {
  CallId id{};
  TenantId tenant{};
  AgentId agent{};
  std::string session_id{};
  std::optional<ChatSessionId> chat_session{};
  std::string direction = "inbound";
  std::string status = "announced";  // announced | in_progress | completed | failed |
                                     // insufficient_credits | expired
  std::string end_reason{};          // as name_of(CallEnd), or name_of(DialEnd) of one that
                                     // reached nobody
  std::string caller_id{};
  std::string caller_name{};
  std::string dialled_number{};
  std::string provider{};
  std::string metadata = "{}";
  std::optional<bool> record{};    // as announced; nothing: as the agent says
  std::string recording_key{};     // in the object store; empty: there is none
  std::string recording_status{};  // recording | complete | partial (some of it is missing) |
                                   // failed | removed; empty: not recorded
  std::string transfer_target{};   // where it was, or is about to be, handed to; empty: nowhere
  std::int64_t duration_ms = 0;
  std::int64_t audio_in_ms = 0;
  std::int64_t audio_out_ms = 0;
  std::int64_t turns = 0;
  std::int64_t interruptions = 0;
  double mos = 0;  // mean opinion score, 1…4.5; 0: not measured
  billing::MicroUsd base_cost = 0;
  billing::MicroUsd final_cost = 0;
  UnixMs created_at = 0;
  std::optional<UnixMs> started_at{};
  std::optional<UnixMs> ended_at{};
  int asterisk_port = 0;     // of a bridge's audio; 0: none
  bool is_external = false;  // a bridge outside carries and charges it
  // Of an outbound call: human | machine_voicemail | machine_ivr | machine_unavailable |
  // uncertain; empty: nobody looked.
  std::string answered_by{};
  std::string dial_result{};  // as name_of(DialEnd), where a system outside dials; empty: not told
};

// What one side said.
struct TranscriptLine {
  std::int64_t sequence_number = 0;  // within the call
  std::string speaker{};             // customer | agent | system
  std::string text{};                // of an agent who was interrupted: what was heard of it
  std::int64_t starts_ms = 0;        // since the call began
  std::int64_t ends_ms = 0;
  bool is_interrupted = false;
  // Of an agent's line, milliseconds; -1: not measured. They begin at the end of the caller's
  // speech.
  std::int64_t end_of_turn_ms = -1;  // until the turn counted as over
  std::int64_t recognised_ms = -1;   // until its words were known
  std::int64_t first_token_ms = -1;  // until the answer began
  std::int64_t first_audio_ms = -1;  // until its voice was heard
  std::string language{};            // BCP 47; empty: not known, like what follows
  std::string translation{};
  std::string sentiment{};  // positive | neutral | negative
};

// What a provider's model that hears or speaks cost in a while of a call.
struct ModelUse {
  std::int64_t part = 0;  // numbered from 1 within the call, for all models
  std::string model{};    // "provider/model"
  billing::MicroUsd base = 0;
};

// What is known once a call is over.
struct CallOutcome {
  CallEnd end = CallEnd::failed;
  std::int64_t duration_ms = 0;
  std::int64_t audio_in_ms = 0;
  std::int64_t audio_out_ms = 0;
  std::int64_t turns = 0;
  std::int64_t interruptions = 0;
  double mos = 0;
  std::string transfer_target{};
  std::string answered_by{};
};

}  // namespace aiva::voice
