#include "faces/http/endpoints/campaign_json.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "capabilities/campaigns/settings_json.h"
#include "faces/http/endpoints/account_json.h"
#include "faces/http/endpoints/call_json.h"
#include "faces/http/endpoints/credit_json.h"

namespace aiva::http {
namespace {

constexpr std::size_t text_bytes_max = 8 * 1024;  // the capability says how many may be
constexpr std::size_t contacts_max = 10'000;      // in one request; files may have more
constexpr std::size_t errors_max = 1000;
constexpr std::int64_t any = std::numeric_limits<int>::max();

void write_word(JsonWriter& writer, std::string_view name, const std::string& text) {
  if (text.empty())
    writer.null_field(name);
  else
    writer.field(name, text);
}

void read_text(json::Fields& fields, std::string_view name, std::string& text) {
  if (auto given = fields.optional_text(name, {.length_max = text_bytes_max})) text = *given;
}

void read_number(json::Fields& fields, std::string_view name, int& number) {
  number = static_cast<int>(fields.integer(name, number, 0, any));
}

// Null takes it away.
void read_instant(json::Fields& fields, const json::Object& body, std::string_view name,
                  std::optional<UnixMs>& instant) {
  const auto* value = body.if_contains(name);
  if (value == nullptr) return;
  instant.reset();
  if (value->is_null()) return;
  auto text = fields.optional_text(name, {.length_max = 40});
  if (!text) return;
  instant = parse_iso8601(*text);
  if (!instant) fields.add_error(name, "must be an instant like 2030-01-31T00:00:00Z");
}

std::string text_of(const json::Object& object, std::string_view name, bool& is_wrong) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return {};
  if (value->is_string()) return std::string(value->get_string());
  is_wrong = true;
  return {};
}

// Numbers and yes or no are texts, too.
std::map<std::string, std::string> variables_of(const json::Object& object, bool& is_wrong) {
  std::map<std::string, std::string> variables;
  const auto* given = object.if_contains("variables");
  if (given == nullptr || given->is_null()) return variables;
  is_wrong = is_wrong || !given->is_object();
  if (!given->is_object()) return variables;
  for (const auto& [name, value] : given->get_object()) {
    if (value.is_object() || value.is_array())
      is_wrong = true;
    else if (!value.is_null())
      variables[std::string(name)] =
          value.is_string() ? std::string(value.get_string()) : json::to_text(value);
  }
  return variables;
}

}  // namespace

void write_campaign(JsonWriter& writer, const campaigns::Campaign& campaign) {
  writer.begin_object()
      .field("id", campaign.id)
      .field("name", campaign.name)
      .field("agent_id", campaign.agent)
      .field("status", campaign.status);
  write_word(writer, "status_reason", campaign.status_reason);
  write_word(writer, "caller_id", campaign.caller_id);
  writer.field("calls_at_once", campaign.calls_at_once)
      .field("calls_per_minute", campaign.calls_per_minute)
      .field("ring_max_s", campaign.ring_max_s)
      .field("time_zone", campaign.time_zone)
      .key("windows")
      .raw(campaigns::to_json(campaign.windows))
      .key("retries")
      .raw(campaigns::to_json(campaign.retries))
      .field("on_machine", campaign.on_machine);
  write_word(writer, "machine_message", campaign.machine_message);
  write_instant(writer, "starts_at", campaign.starts_at);
  write_instant(writer, "ends_at", campaign.ends_at);
  writer.field("contact_count", campaign.contact_count)
      .field("created_at", to_iso8601(campaign.created_at))
      .field("updated_at", to_iso8601(campaign.updated_at));
  write_instant(writer, "started_at", campaign.started_at);
  write_instant(writer, "ended_at", campaign.ended_at);
  writer.end_object();
}

void write_contact(JsonWriter& writer, const campaigns::Contact& contact) {
  writer.begin_object()
      .field("id", contact.id)
      .field("number", contact.number)
      .field("name", contact.name)
      .key("variables")
      .raw(contact.variables)
      .field("status", contact.status)
      .field("attempts", contact.attempts)
      .key("outcomes")
      .begin_array();
  for (std::string_view rest = contact.outcomes; !rest.empty();) {
    auto end = rest.find(' ');
    writer.value(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  writer.end_array();
  write_word(writer, "answered_by", contact.answered_by);
  if (contact.call)
    writer.field("call_id", *contact.call);
  else
    writer.null_field("call_id");
  writer.field("duration_seconds", static_cast<double>(contact.duration_ms) / 1000)
      .field("cost", in_dollars(contact.cost));
  if (contact.status == "pending")
    writer.field("next_attempt_at", to_iso8601(contact.next_attempt_at));
  else
    writer.null_field("next_attempt_at");
  writer.field("created_at", to_iso8601(contact.created_at))
      .field("updated_at", to_iso8601(contact.updated_at))
      .end_object();
}

void write_campaign_stats(JsonWriter& writer, const campaigns::CampaignStats& stats) {
  writer.begin_object().field("contacts", stats.contacts).key("statuses").begin_object();
  for (const auto& [status, count] : stats.statuses) writer.field(status, count);
  writer.end_object().key("answered_by").begin_object();
  for (const auto& [who, count] : stats.answered_by) writer.field(who, count);
  writer.end_object()
      .field("attempts", stats.attempts)
      .field("duration_seconds", static_cast<double>(stats.duration_ms) / 1000)
      .field("cost", in_dollars(stats.cost))
      .end_object();
}

void write_do_not_call(JsonWriter& writer, const campaigns::DoNotCallEntry& entry) {
  writer.begin_object().field("id", entry.id).field("number", entry.number);
  write_word(writer, "reason", entry.reason);
  writer.field("source", entry.source)
      .field("created_at", to_iso8601(entry.created_at))
      .end_object();
}

void write_added(JsonWriter& writer, const campaigns::AddedContacts& added) {
  writer.begin_object()
      .field("added", added.added)
      .field("error_count", added.errors.size())
      .key("errors")
      .begin_array();
  auto shown = std::min(added.errors.size(), errors_max);
  for (std::size_t at = 0; at < shown; ++at)
    writer.begin_object()
        .field("line", added.errors[at].line)
        .field("field", added.errors[at].field)
        .field("message", added.errors[at].message)
        .end_object();
  writer.end_array().end_object();
}

void read_campaign(json::Fields& fields, const json::Value& body, campaigns::Campaign& campaign) {
  if (auto agent = read_agent_id(fields, "agent_id")) campaign.agent = *agent;
  read_text(fields, "name", campaign.name);
  read_text(fields, "caller_id", campaign.caller_id);
  read_number(fields, "calls_at_once", campaign.calls_at_once);
  read_number(fields, "calls_per_minute", campaign.calls_per_minute);
  read_number(fields, "ring_max_s", campaign.ring_max_s);
  read_text(fields, "time_zone", campaign.time_zone);
  read_text(fields, "on_machine", campaign.on_machine);
  read_text(fields, "machine_message", campaign.machine_message);
  const auto* object = body.if_object();
  if (object == nullptr) return;
  read_instant(fields, *object, "starts_at", campaign.starts_at);
  read_instant(fields, *object, "ends_at", campaign.ends_at);
  if (const auto* windows = object->if_contains("windows")) {
    auto read = campaigns::windows_from_json(*windows);
    if (read)
      campaign.windows = std::move(*read);
    else
      fields.add_error("windows", read.error().message);
  }
  if (const auto* retries = object->if_contains("retries")) {
    auto read = campaigns::retries_from_json(*retries);
    if (read)
      campaign.retries = std::move(*read);
    else
      fields.add_error("retries", read.error().message);
  }
}

std::vector<campaigns::NewContact> read_contacts(json::Fields& fields) {
  std::vector<campaigns::NewContact> contacts;
  const auto* list = fields.array("contacts", contacts_max);
  if (list == nullptr) {
    if (!fields.has("contacts")) fields.add_error("contacts", "is needed");
    return contacts;
  }
  for (const auto& entry : *list) {
    campaigns::NewContact contact{.line = std::ssize(contacts) + 1};
    bool is_wrong = !entry.is_object();
    if (entry.is_object()) {
      contact.number = text_of(entry.get_object(), "number", is_wrong);
      contact.name = text_of(entry.get_object(), "name", is_wrong);
      contact.variables = variables_of(entry.get_object(), is_wrong);
    }
    if (is_wrong)
      fields.add_error("contacts[" + std::to_string(contacts.size()) + "]",
                       "must be an object with number, name and variables");
    contacts.push_back(std::move(contact));
  }
  return contacts;
}

std::vector<campaigns::NewDoNotCall> read_do_not_call(json::Fields& fields) {
  std::vector<campaigns::NewDoNotCall> numbers;
  auto reason = fields.optional_text("reason", {.length_max = text_bytes_max}).value_or("");
  if (auto number = fields.optional_text("number", {.length_max = text_bytes_max}))
    numbers.push_back({.number = *number, .reason = reason, .line = 1});
  if (const auto* list = fields.array("numbers", contacts_max)) {
    for (const auto& entry : *list) {
      if (!entry.is_string()) fields.add_error("numbers", "must be texts");
      numbers.push_back({.number = entry.is_string() ? std::string(entry.get_string()) : "",
                         .reason = reason,
                         .line = std::ssize(numbers) + 1});
    }
  } else if (numbers.empty()) {
    fields.add_error("number", "is needed");
  }
  return numbers;
}

}  // namespace aiva::http
