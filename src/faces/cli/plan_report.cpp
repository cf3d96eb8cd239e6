#include "faces/cli/plan_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "capabilities/planning/guide.h"
#include "capabilities/planning/measurement_json.h"
#include "foundation/json_writer.h"

namespace aiva::cli {
namespace {

using planning::Measurement;
using planning::Plan;

constexpr std::size_t label_width = 26;
constexpr std::size_t value_width = 40;

void add_row(std::string& text, const std::string& label, const std::string& value,
             const std::string& guide) {
  auto row = fmt::format("  {:<{}} {:<{}} {}", label, label_width, value, value_width,
                         guide.empty() ? "" : "guide: " + guide);
  row.erase(row.find_last_not_of(' ') + 1);
  text += row + "\n";
}

void add_reason(std::string& text, const std::string& why) {
  if (!why.empty()) text += fmt::format("  {:<{}} {}\n", "", label_width, "· " + why);
}

void add_measurement(std::string& text, const Measurement& measured) {
  text += fmt::format("Measured on {} in {:.0f} s: {:g} cores, {:.0f} GB\n", measured.machine,
                      measured.measured_s, measured.cores, measured.memory_gb);
  text += fmt::format(
      "  a request {:.3f} ms of CPU, a write {:.3f}, a search {:.2f}, one whose "
      "answer is kept {:.3f}, a turn {:.2f}, a passage {:.2f}\n",
      measured.cached_request_cpu_ms, measured.write_cpu_ms, measured.search_cpu_ms,
      measured.kept_search_cpu_ms, measured.turn_cpu_ms, measured.chunk_cpu_ms);
  text += fmt::format(
      "  {:.0f} commits/s flushed, one alone {:.2f} ms; disk {:.0f} MB/s written, "
      "{:.0f} read, {:.0f} random reads/s\n",
      measured.commits_per_second, measured.commit_ms, measured.disk_write_mb_s,
      measured.disk_read_mb_s, measured.disk_random_reads_s);
}

void add_costs(std::string& text, const Plan& plan, bool has_reasons) {
  text += "\nCost a month, " + plan.currency + "\n";
  bool is_whole = true;
  for (const auto& cost : plan.costs) {
    add_row(text, cost.label, cost.month ? fmt::format("{:.2f}", *cost.month) : "no price", "");
    if (has_reasons) add_reason(text, cost.why);
    is_whole = is_whole && cost.month.has_value();
  }
  add_row(text, "total", fmt::format("{:.2f}{}", plan.cost, is_whole ? "" : " and what has none"),
          plan.guide_cost);
  if (plan.load.users > 0)
    add_row(text, "a user", fmt::format("{:.2f}", plan.cost / plan.load.users), "");
}

}  // namespace

std::string format_plan(const Plan& plan, const Measurement& measured, bool has_reasons) {
  std::string text;
  add_measurement(text, measured);
  std::string section;
  for (const auto& line : plan.lines) {
    if (line.section != section) text += "\n" + line.section + "\n";
    section = line.section;
    add_row(text, line.label, line.value, line.guide);
    if (has_reasons) add_reason(text, line.why);
  }
  add_costs(text, plan, has_reasons);
  return text;
}

std::string plan_json(const Plan& plan, const Measurement& measured) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().key("measurement");
  planning::write_measurement(writer, measured);
  writer.field("tier", planning::to_string(plan.tier));
  writer.field("is_one_machine", plan.is_one_machine);
  writer.field("fits_measured_machine", plan.fits_measured_machine).key("lines").begin_array();
  for (const auto& line : plan.lines) {
    writer.begin_object().field("id", line.id).field("section", line.section);
    writer.field("label", line.label).field("value", line.value).field("number", line.number);
    writer.field("guide", line.guide).field("why", line.why).end_object();
  }
  writer.end_array().key("cost").begin_object().field("currency", plan.currency);
  writer.field("month", plan.cost).field("guide", plan.guide_cost).key("items").begin_array();
  for (const auto& cost : plan.costs) {
    writer.begin_object().field("id", cost.id).field("label", cost.label);
    if (cost.month)
      writer.field("month", *cost.month);
    else
      writer.null_field("month");
    writer.field("why", cost.why).end_object();
  }
  writer.end_array().end_object().end_object();
  return text;
}

}  // namespace aiva::cli
