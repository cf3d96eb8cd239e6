#include "capabilities/commerce/internal/sync_place.h"

#include <array>
#include <limits>

#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::commerce {
namespace {

constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t again_max = 100'000;

SyncPhase parse_phase(std::string_view text) {
  constexpr std::array all = {SyncPhase::begin,  SyncPhase::exporting, SyncPhase::export_pages,
                              SyncPhase::pages,  SyncPhase::traces,    SyncPhase::deletions,
                              SyncPhase::vectors};
  for (auto phase : all)
    if (to_string(phase) == text) return phase;
  return SyncPhase::begin;
}

}  // namespace

std::string_view to_string(SyncPhase phase) {
  switch (phase) {
    case SyncPhase::begin: return "begin";
    case SyncPhase::exporting: return "exporting";
    case SyncPhase::export_pages: return "export_pages";
    case SyncPhase::pages: return "pages";
    case SyncPhase::traces: return "traces";
    case SyncPhase::deletions: return "deletions";
    case SyncPhase::vectors: return "vectors";
  }
  return "begin";
}

std::string to_json(const SyncPlace& place) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("phase", to_string(place.phase)).field("step", place.step);
  json.field("is_full", place.is_full).field("is_large", place.is_large);
  json.field("cursor", place.cursor);
  json.field("export_id", place.export_id).field("done", place.done);
  json.field("began", place.began).field("began_at", place.began_at).field("since", place.since);
  json.field("newest", place.newest).field("tries", place.tries);
  json.field("restarts", place.restarts).field("failures", place.failures);
  json.key("again").begin_array();
  for (const auto& id : place.again) json.value(id);
  json.end_array().end_object();
  return out;
}

SyncPlace sync_place_from_json(std::string_view text) {
  auto value = json::parse(text);
  if (!value || !value->is_object()) return {};
  json::Fields fields(*value);
  auto number = [&fields](std::string_view name) { return fields.integer(name, 0, 0, any); };
  auto words = [&fields](std::string_view name) {
    return fields.optional_text(name, {}).value_or(std::string());
  };
  SyncPlace place{.phase = parse_phase(words("phase"))};
  place.step = number("step");
  place.is_full = fields.boolean("is_full", true);
  place.is_large = fields.boolean("is_large", false);
  place.cursor = words("cursor");
  place.export_id = words("export_id");
  place.done = number("done");
  place.began = number("began");
  place.began_at = number("began_at");
  place.since = number("since");
  place.newest = number("newest");
  place.tries = static_cast<int>(number("tries"));
  place.restarts = static_cast<int>(number("restarts"));
  place.failures = static_cast<int>(number("failures"));
  if (const auto* again = fields.array("again", again_max))
    for (const auto& id : *again)
      if (id.is_string()) place.again.emplace_back(id.get_string());
  if (!fields.finish()) return {};
  return place;
}

}  // namespace aiva::commerce
