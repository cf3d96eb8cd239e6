#include "faces/load/tables.h"

#include <cmath>

#include "faces/load/profile.h"
#include "faces/load/scenario.h"
#include "foundation/json_writer.h"

namespace aiva::load {
namespace {

void write_scenario(JsonWriter& json, const Scenario& scenario) {
  json.begin_object()
      .field("name", scenario.name)
      .field("purpose", scenario.purpose)
      .field("ends_at_failure", scenario.ends_at_failure)
      .key("phases")
      .begin_array();
  for (const auto& phase : scenario.phases)
    json.begin_object()
        .field("name", phase.name)
        .field("seconds", std::chrono::duration_cast<std::chrono::seconds>(phase.length).count())
        .field("users_from", std::llround(phase.users_from))
        .field("users_to", std::llround(phase.users_to))
        .field("is_warm_up", phase.is_warm_up)
        .end_object();
  json.end_array().end_object();
}

void write_profile(JsonWriter& json, const Profile& profile) {
  json.begin_object().field("name", profile.name).field("source", profile.source);
  json.key("per_minute").begin_object();
  for (std::size_t i = 0; i < chosen_operation_count; ++i)
    json.field(name_of(static_cast<Operation>(i)), profile.per_minute[i]);
  json.end_object().end_object();
}

}  // namespace

std::string tables_as_json() {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("scenarios").begin_array();
  for (const auto& scenario : all_scenarios()) write_scenario(json, scenario);
  json.end_array().key("profiles").begin_array();
  for (const auto& profile : all_profiles()) write_profile(json, profile);
  json.end_array().end_object();
  return text;
}

}  // namespace aiva::load
