#include "capabilities/campaigns/internal/outcomes.h"

#include "capabilities/voice/dialler.h"

namespace aiva::campaigns {
namespace {

int count_word(std::string_view words, std::string_view word) {
  int count = 0;
  while (!words.empty()) {
    auto end = words.find(' ');
    if (words.substr(0, end) == word) ++count;
    words = end == std::string_view::npos ? std::string_view() : words.substr(end + 1);
  }
  return count;
}

}  // namespace

std::string outcome_of(const voice::Call& call) {
  if (call.started_at) return call.answered_by.starts_with("machine") ? "machine" : "answered";
  auto end = voice::parse_dial_end(call.end_reason);
  bool is_told = end && *end != voice::DialEnd::answered && *end != voice::DialEnd::cancelled;
  return is_told ? call.end_reason : std::string("failed");
}

void note_outcome(Contact& contact, const Campaign& campaign, std::string_view outcome,
                  UnixMs now) {
  if (!contact.outcomes.empty()) contact.outcomes += ' ';
  contact.outcomes += outcome;
  contact.updated_at = now;
  auto rule = campaign.retries.find(std::string(outcome));
  bool is_over = campaign.status == "cancelled" || campaign.status == "finished";
  bool is_again = !is_over && rule != campaign.retries.end() &&
                  count_word(contact.outcomes, outcome) <= rule->second.times;
  contact.status = is_again ? "pending" : outcome;
  if (is_again) contact.next_attempt_at = now + rule->second.after_s * 1000;
}

}  // namespace aiva::campaigns
