#include "capabilities/campaigns/internal/checks.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "capabilities/campaigns/calling_windows.h"
#include "capabilities/campaigns/settings_json.h"
#include "capabilities/voice/numbers.h"
#include "foundation/text/utf8.h"
#include "foundation/time_zone.h"

namespace aiva::campaigns {
namespace {

constexpr std::size_t name_bytes_max = 100;
constexpr std::size_t message_bytes_max = 2000;
constexpr std::size_t variables_max = 32;
constexpr std::size_t variable_bytes_max = 1000;
constexpr std::size_t variables_bytes_max = 8 * 1024;
constexpr std::int64_t day_s = 24LL * 3600;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_name_of_variable(std::string_view name) {
  auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, fits);
}

// Remembers every mistake.
class Checks {
 public:
  void add(std::string_view field, std::string message) {
    errors_.push_back({std::string(field), std::move(message)});
  }
  void range(std::string_view field, std::int64_t value, std::int64_t min, std::int64_t max) {
    if (value < min || value > max)
      add(field, "must be from " + std::to_string(min) + " to " + std::to_string(max));
  }
  void word(std::string_view field, std::string_view text,
            std::initializer_list<std::string_view> words) {
    if (std::ranges::find(words, text) != words.end()) return;
    std::string message = "must be one of";
    for (auto word : words) message.append(" ").append(word);
    add(field, std::move(message));
  }
  Result<void> finish() {
    if (errors_.empty()) return {};
    return fail(Error{.code = ErrorCode::invalid,
                      .message = "The request is not valid",
                      .details = std::move(errors_)});
  }

 private:
  std::vector<FieldError> errors_;
};

void check_times(const Campaign& campaign, Checks& checks) {
  if (auto zone = TimeZone::find(campaign.time_zone); !zone)
    checks.add("time_zone", zone.error().message);
  if (auto windows = check_windows(campaign.windows); !windows)
    checks.add("windows", windows.error().message);
  if (campaign.starts_at && campaign.ends_at && *campaign.ends_at <= *campaign.starts_at)
    checks.add("ends_at", "must be after starts_at");
  for (const auto& [outcome, rule] : campaign.retries) {
    auto field = "retries." + outcome;
    checks.word(field, outcome,
                {"busy", "no_answer", "rejected", "unreachable", "failed", "machine"});
    checks.range(field + ".times", rule.times, 0, 10);
    checks.range(field + ".after_s", rule.after_s, 1, 30 * day_s);
  }
}

}  // namespace

bool is_text(std::string_view text, std::size_t bytes_max, bool is_prose) {
  auto is_refused = [is_prose](char c) {
    return is_control(c) && !(is_prose && (c == '\n' || c == '\r' || c == '\t'));
  };
  return text.size() <= bytes_max && is_valid_utf8(text) && std::ranges::none_of(text, is_refused);
}

Result<void> check(Campaign& campaign) {
  Checks checks;
  if (campaign.name.empty() || !is_text(campaign.name, name_bytes_max))
    checks.add("name", "must be text of 1 to 100 bytes");
  if (!campaign.caller_id.empty()) {
    auto number = voice::normalise_number(campaign.caller_id);
    if (number)
      campaign.caller_id = std::move(*number);
    else
      checks.add("caller_id", "must be a number like +49 30 123456");
  }
  checks.range("calls_at_once", campaign.calls_at_once, 1, 1000);
  checks.range("calls_per_minute", campaign.calls_per_minute, 1, 6000);
  checks.range("ring_max_s", campaign.ring_max_s, 5, 120);
  check_times(campaign, checks);
  checks.word("on_machine", campaign.on_machine, {"hang_up", "leave_message", "continue"});
  if (!is_text(campaign.machine_message, message_bytes_max, true))
    checks.add("machine_message", "must be text of at most 2000 bytes");
  if (campaign.on_machine == "leave_message" && campaign.machine_message.empty())
    checks.add("machine_message", "is needed to leave a message");
  return checks.finish();
}

Result<Contact> make_contact(const NewContact& given) {
  auto number = voice::normalise_number(given.number);
  if (!number)
    return fail(invalid_field("number",
                              "must be a number like +49 30 123456, or digits of the "
                              "telephone system"));
  if (!is_text(given.name, name_bytes_max))
    return fail(invalid_field("name", "must be text of at most 100 bytes"));
  if (given.variables.size() > variables_max)
    return fail(invalid_field("variables", "must be at most 32"));
  for (const auto& [name, value] : given.variables) {
    if (!is_name_of_variable(name))
      return fail(invalid_field("variables", "must have names of A-Z a-z 0-9 _"));
    if (!is_text(value, variable_bytes_max, true))
      return fail(invalid_field("variables." + name, "must be text of at most 1000 bytes"));
  }
  auto variables = to_json(given.variables);
  if (variables.size() > variables_bytes_max)
    return fail(invalid_field("variables", "must have at most 8 KiB"));
  return Contact{
      .number = std::move(*number), .name = given.name, .variables = std::move(variables)};
}

LineError line_error(std::int64_t line, const Error& error) {
  if (error.details.empty()) return {.line = line, .message = error.message};
  const auto& first = error.details.front();
  return {.line = line, .field = first.field, .message = first.message};
}

}  // namespace aiva::campaigns
