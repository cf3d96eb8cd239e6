#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/billing/types.h"
#include "capabilities/voice/types.h"
#include "foundation/ids.h"
#include "foundation/time.h"
#include "ports/list_position.h"

namespace aiva::campaigns {

using CampaignId = Id<struct CampaignTag>;
using ContactId = Id<struct CampaignContactTag>;

// Hours of some weekdays, on the clocks of the campaign's zone.
struct CallingWindow {
  std::vector<std::string> days{};  // mon tue wed thu fri sat sun; at least one
  std::string from = "09:00";       // HH:MM
  std::string to = "18:00";         // after `from`, up to 24:00; it is over then
  bool operator==(const CallingWindow&) const = default;
};

// How often and how much later a contact is called again.
struct RetryRule {
  int times = 0;               // 0…10
  std::int64_t after_s = 900;  // 1…30 days
  bool operator==(const RetryRule&) const = default;
};

// By what an attempt came to: busy | no_answer | rejected | unreachable | failed | machine.
using Retries = std::map<std::string, RetryRule>;

// Calls of an agent to people on a list.
struct Campaign {
  CampaignId id{};
  TenantId tenant{};
  AgentId agent{};
  std::string name{};             // 1…100 bytes
  std::string caller_id{};        // what they see; empty: what the telephone system sets
  std::string status = "draft";   // draft | running | paused | finished | cancelled
  std::string status_reason{};    // no_credits | agent_unavailable | end_date | agent_deleted
  int calls_at_once = 1;          // 1…1000
  int calls_per_minute = 30;      // 1…6000
  int ring_max_s = 30;            // 5…120
  std::string time_zone = "UTC";  // IANA
  std::vector<CallingWindow> windows{};  // none: at any time
  Retries retries{};
  std::string on_machine = "hang_up";  // hang_up | leave_message | continue
  std::string machine_message{};       // with {name} for variables; at most 2000 bytes
  std::optional<UnixMs> starts_at{};   // no call before
  std::optional<UnixMs> ends_at{};     // no call from then on; it is finished
  std::int64_t contact_count = 0;
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
  std::optional<UnixMs> started_at{};
  std::optional<UnixMs> ended_at{};
};

// Somebody on the list.
struct Contact {
  ContactId id{};
  TenantId tenant{};
  CampaignId campaign{};
  std::int64_t sequence = 0;  // within the campaign
  std::string number{};       // as voice::normalise_number writes it; once in a campaign
  std::string name{};
  std::string variables = "{}";  // JSON object of texts
  // pending | calling | answered | machine | busy | no_answer | rejected | unreachable | failed |
  // do_not_call | cancelled
  std::string status = "pending";
  std::int64_t attempts = 0;
  std::string outcomes{};               // what they came to, in order, with blanks between
  std::string answered_by{};            // as of a call
  std::optional<voice::CallId> call{};  // the newest
  std::int64_t duration_ms = 0;         // of all its calls
  billing::MicroUsd cost = 0;
  UnixMs next_attempt_at = 0;
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

struct NewContact {
  std::string number{};
  std::string name{};
  std::map<std::string, std::string> variables{};  // at most 32, names as of {name}
  std::int64_t line = 0;                           // by which mistakes are told
};

// What is wrong with one of many.
struct LineError {
  std::int64_t line = 0;
  std::string field{};
  std::string message{};
};

struct AddedContacts {
  std::int64_t added = 0;
  std::vector<LineError> errors{};
};

struct CampaignFilter {
  std::string status{};  // empty: all
  int limit = 50;        // 1…200
  int page = 1;
  std::optional<ListPosition> after{};  // instead of a page; its key is created_at
};

struct CampaignPage {
  std::vector<Campaign> items;
  std::int64_t total = 0;
};

struct ContactFilter {
  std::string status{};  // empty: all
  int limit = 50;        // 1…1000
  int page = 1;
  std::optional<ListPosition> after{};  // instead of a page; its key is the sequence
};

struct ContactPage {
  std::vector<Contact> items;
  std::int64_t total = 0;
};

struct CampaignStats {
  std::int64_t contacts = 0;
  std::map<std::string, std::int64_t> statuses{};
  std::map<std::string, std::int64_t> answered_by{};
  std::int64_t attempts = 0;
  std::int64_t duration_ms = 0;
  billing::MicroUsd cost = 0;
};

// Something others may want to hear of.
struct CampaignEvent {
  bool is_contact = false;  // a contact is done with; else the campaign is over
  const Campaign* campaign = nullptr;
  const Contact* contact = nullptr;  // where is_contact
};

}  // namespace aiva::campaigns
