#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "foundation/ids.h"
#include "foundation/time.h"
#include "ports/list_position.h"

namespace aiva::agents {

// How an agent speaks and listens. Chats read none of it; it is kept for calls.
struct SpeechSettings {
  std::string provider = "openai";  // of calls: openai | deepgram
  std::string model{};              // of calls; empty: the provider's default
  double vad_threshold = 0.5;       // 0…1, of the detector of speech
  int silence_duration_ms = 500;    // after which a turn has ended
  bool recording = false;           // calls are recorded
  bool recording_notice = true;     // and callers are told so first
  std::string deepgram_model{};
  std::string deepgram_voice{};
  std::string deepgram_language{};
  std::string chat_stt_provider{};  // what is dictated: openai | groq | deepgram | soniox
  std::string chat_stt_model{};
  std::string chat_tts_provider{};  // read aloud: openai | elevenlabs | azure | google | uplift
  std::string chat_tts_model{};
  std::string chat_tts_voice{};
  bool operator==(const SpeechSettings&) const = default;
};

// Who looks at what is said to an agent before its model does, and at its answers.
struct ModerationSettings {
  bool uses_provider = false;                  // the one the operator configured
  std::string webhook_url{};                   // of the tenant; empty: none
  std::string webhook_secret{};                // the name of the secret that signs; empty: unsigned
  bool checks_answers = false;                 // before they are shown, too
  std::string action = "block";                // block | flag
  std::map<std::string, double> categories{};  // from which score on; none: what is flagged there
  bool fails_closed = false;                   // what nobody could look at is blocked
  int timeout_ms = 3000;                       // for each of the two
  std::string message{};                       // said instead; empty: a sentence of ours
  bool operator==(const ModerationSettings&) const = default;
};

// What an agent is and how it answers: one version of it.
struct AgentSettings {
  std::string instructions{};
  std::string provider{};  // empty: chosen by the model's name
  std::string model{};     // empty: the server's default
  double temperature = 0.6;
  int tokens_max = 1024;
  std::string greeting{};
  std::string language = "en";  // BCP 47
  std::string voice = "shimmer";
  // Each was the tenant's when it was set; one may have been deleted since.
  std::vector<KnowledgeBaseId> knowledge_bases{};
  std::string search_mode = "auto";  // auto: the model may search again | always | never
  std::string conversation = "{}";   // JSON object: how conversations are led
  std::vector<std::string> blocked_topics{};
  bool must_cite = false;       // an answer without a citation is replaced by "I do not know"
  bool masks_personal = false;  // e-mail addresses, phone and card numbers are masked for the model
  ModerationSettings moderation{};
  SpeechSettings speech{};
  bool operator==(const AgentSettings&) const = default;
};

// The public chat page and the widget of an agent, as read from `Agent::widget`.
struct WidgetSettings {
  std::string title{};  // empty: the agent's name
  std::string placeholder{};
  std::string accent_color = "#1f5fbf";      // #rrggbb
  std::string position = "right";            // right | left
  std::string theme = "auto";                // auto (as the visitor's system) | light | dark
  std::string logo_url{};                    // of a picture, https; empty: none
  std::vector<std::string> suggestions{};    // questions to begin with
  std::vector<std::string> origins{};        // that may embed it: "https://host[:port]", or "*"
  int visitor_messages_per_minute_max = 10;  // of one visitor
  int visitor_messages_per_day_max = 200;
  int messages_per_minute_max = 300;    // of all visitors together
  bool allows_calls = false;            // from its page, as well
  int visitor_calls_per_hour_max = 10;  // of one address
  int visitor_calls_at_once_max = 2;    // likewise
  int calls_at_once_max = 5;            // of all visitors together
  int call_minutes_max = 10;            // of one call
  int call_minutes_per_day_max = 300;   // of all visitors together
};

struct Agent {
  AgentId id{};
  TenantId tenant{};
  std::string name{};
  std::string slug{};            // unique in the installation: [a-z0-9-]{3,64}
  std::string type = "general";  // free word of the client
  std::string description{};
  bool is_active = true;
  bool has_chat_page = false;
  std::string widget = "{}";           // JSON object as the client gave it
  std::int64_t draft_version = 0;      // the newest version
  std::int64_t published_version = 0;  // 0: never published
  AgentSettings settings{};            // of the draft
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

// One version of an agent's settings. A version that was ever published never changes.
struct AgentVersion {
  AgentId agent{};
  std::int64_t version = 0;
  AgentSettings settings{};
  UserId changed_by{};  // nil for an API key
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
  std::optional<UnixMs> published_at{};  // the last time
  bool is_published = false;             // conversations use it now
};

// An agent as conversations use it: the published version.
struct ActiveAgent {
  AgentId id{};
  TenantId tenant{};
  std::string name{};
  std::string slug{};
  std::int64_t version = 0;
  bool has_chat_page = false;
  AgentSettings settings{};
  WidgetSettings widget{};
};

struct PageRequest {
  int page = 1;    // from 1
  int limit = 50;  // 1…200
  // Instead of a page: what stands behind this entry in the list's order. Its key is created_at.
  std::optional<ListPosition> after{};
};

template <class T>
struct PageOf {
  std::vector<T> items;
  std::int64_t total = 0;
};

}  // namespace aiva::agents
