#include "capabilities/moderation/internal/rules.h"

#include <algorithm>
#include <string_view>

#include "foundation/text/utf8.h"

namespace aiva::moderation {

Findings findings_of(const ModerationReport& report, const agents::ModerationSettings& settings) {
  const auto& thresholds = settings.categories;
  Findings findings{.is_hit = thresholds.empty() && report.is_flagged};
  for (const auto& category : report.categories) {
    auto threshold = thresholds.find(category.name);
    bool counts = thresholds.empty()
                      ? report.is_flagged && category.is_flagged
                      : threshold != thresholds.end() && category.score >= threshold->second;
    if (!counts) continue;
    findings.is_hit = true;
    findings.categories.push_back(category.name);
  }
  return findings;
}

std::vector<std::string> pieces_of(const std::vector<std::string>& texts, std::size_t bytes_max) {
  std::vector<std::string> pieces;
  for (std::string_view text : texts) {
    while (!text.empty()) {
      auto piece = utf8_prefix(text, bytes_max);
      if (piece.empty()) piece = text.substr(0, bytes_max);  // no UTF-8
      pieces.emplace_back(piece);
      text.remove_prefix(piece.size());
    }
  }
  return pieces;
}

}  // namespace aiva::moderation
