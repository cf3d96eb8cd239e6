#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "foundation/ids.h"
#include "foundation/time.h"

namespace aiva::agents {

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
  std::vector<KnowledgeBaseId> knowledge_bases{};
  std::string search_mode = "auto";  // auto: the model may search again | always | never
  std::string conversation = "{}";   // JSON object: how conversations are led
  std::vector<std::string> blocked_topics{};
  bool must_cite = false;       // an answer without a citation is replaced by "I do not know"
  bool masks_personal = false;  // e-mail addresses, phone and card numbers are masked for the model
};

struct Agent {
  AgentId id{};
  TenantId tenant{};
  std::string name;
  std::string slug;              // unique in the installation: [a-z0-9-]{3,64}
  std::string type = "general";  // free word of the client
  std::string description{};
  bool is_active = true;
  bool has_chat_page = false;
  std::int64_t draft_version = 0;      // the newest version
  std::int64_t published_version = 0;  // 0: never published
  AgentSettings settings{};            // of the draft
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

// An agent as conversations use it: the published version.
struct ActiveAgent {
  AgentId id{};
  TenantId tenant{};
  std::string name;
  std::string slug;
  std::int64_t version = 0;
  bool has_chat_page = false;
  AgentSettings settings{};
};

}  // namespace aiva::agents
