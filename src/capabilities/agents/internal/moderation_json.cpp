#include "capabilities/agents/internal/moderation_json.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "capabilities/agents/internal/checks.h"

namespace aiva::agents {
namespace {

constexpr std::size_t url_bytes_max = 2000;
constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t message_bytes_max = 2000;
constexpr std::size_t categories_max = 50;

// What the name resolves to is checked on each connection.
bool is_address(std::string_view url) {
  auto is_printable = [](char c) { return c > ' ' && c < 0x7F; };
  bool is_web = url.starts_with("https://") || url.starts_with("http://");
  if (!is_web || !std::ranges::all_of(url, is_printable) || url.contains('#')) return false;
  url.remove_prefix(url.find("://") + 3);
  auto authority = url.substr(0, url.find_first_of("/?"));
  return !authority.empty() && authority.front() != ':' && !authority.contains('@');
}

bool is_secret_name(std::string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

void read_categories(json::Fields& fields, ModerationSettings& settings) {
  const auto* object = fields.object("categories");
  if (object == nullptr) return;
  for (const auto& [name, score] : *object) {
    auto threshold = score.is_number() ? score.to_number<double>() : -1.0;
    bool is_fit = !name.empty() && name.size() <= name_bytes_max && threshold >= 0 &&
                  threshold <= 1 && settings.categories.size() < categories_max;
    if (!is_fit)
      return fields.add_error("categories", "must be at most 50 names with scores from 0 to 1");
    settings.categories.emplace(std::string(name), threshold);
  }
}

bool read_word(json::Fields& fields, std::string_view name, std::string_view yes,
               std::string_view no, bool fallback) {
  auto given = fields.optional_text(name, {.length_max = name_bytes_max});
  if (!given || *given == (fallback ? yes : no)) return fallback;
  if (*given == yes || *given == no) return *given == yes;
  fields.add_error(name, "must be one of " + std::string(yes) + ", " + std::string(no));
  return fallback;
}

}  // namespace

void write_moderation(JsonWriter& writer, const ModerationSettings& settings) {
  writer.begin_object()
      .field("provider", settings.uses_provider)
      .field("webhook_url", settings.webhook_url)
      .field("webhook_secret", settings.webhook_secret)
      .field("answers", settings.checks_answers)
      .field("action", settings.action)
      .key("categories")
      .begin_object();
  for (const auto& [name, threshold] : settings.categories) writer.field(name, threshold);
  writer.end_object()
      .field("on_failure", settings.fails_closed ? "block" : "allow")
      .field("timeout_ms", settings.timeout_ms)
      .field("message", settings.message)
      .end_object();
}

void read_moderation(json::Fields& fields, ModerationSettings& settings) {
  const auto* object = fields.object("moderation");
  if (object == nullptr) return;
  json::Value value(*object);
  json::Fields inner(value, "moderation");
  ModerationSettings read;
  read.uses_provider = inner.boolean("provider", false);
  if (auto url = inner.optional_text("webhook_url", {.length_max = url_bytes_max})) {
    if (!url->empty() && !is_address(*url))
      inner.add_error("webhook_url", "must be an https address without a user and a fragment");
    read.webhook_url = std::move(*url);
  }
  if (auto name = inner.optional_text("webhook_secret", {.length_max = name_bytes_max})) {
    if (!is_secret_name(*name)) inner.add_error("webhook_secret", "must be the name of a secret");
    read.webhook_secret = std::move(*name);
  }
  read.checks_answers = inner.boolean("answers", false);
  read.action = read_word(inner, "action", "block", "flag", true) ? "block" : "flag";
  read_categories(inner, read);
  read.fails_closed = read_word(inner, "on_failure", "block", "allow", false);
  read.timeout_ms = static_cast<int>(inner.integer("timeout_ms", read.timeout_ms, 100, 10'000));
  if (auto message = inner.optional_text("message", {.length_max = message_bytes_max})) {
    if (has_control_characters(*message, "\n"))
      inner.add_error("message", "must be text without control characters");
    read.message = std::move(*message);
  }
  if (auto finished = inner.finish(); !finished) {
    for (auto& detail : finished.error().details)
      fields.add_error(detail.field, std::move(detail.message));
    return;
  }
  settings = std::move(read);
}

}  // namespace aiva::agents
