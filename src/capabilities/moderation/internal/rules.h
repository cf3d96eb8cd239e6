#pragma once

#include <string>
#include <vector>

#include "capabilities/agents/types.h"
#include "ports/moderator.h"

namespace aiva::moderation {

// What counts of a report.
struct Findings {
  bool is_hit = false;
  std::vector<std::string> categories{};
};

// By the thresholds of categories; without any, what the moderator itself flags.
Findings findings_of(const ModerationReport& report, const agents::ModerationSettings& settings);

// Texts in pieces of at most `bytes_max`, none cut within a character; empty ones are left out.
std::vector<std::string> pieces_of(const std::vector<std::string>& texts, std::size_t bytes_max);

}  // namespace aiva::moderation
