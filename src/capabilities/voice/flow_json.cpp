#include "capabilities/voice/flow_json.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "foundation/time.h"

namespace aiva::voice {
namespace {

constexpr std::size_t steps_max = 200;  // check() says how many may be
constexpr std::size_t items_max = 200;
constexpr std::size_t text_bytes_max = 10'000;

template <class E>
using Names = std::pair<E, std::string_view>;

constexpr auto step_kinds = std::to_array<Names<FlowStep::Kind>>({
    {FlowStep::Kind::collect_slot, "collect_slot"},
    {FlowStep::Kind::confirm, "confirm"},
    {FlowStep::Kind::branch, "branch"},
    {FlowStep::Kind::function, "function"},
    {FlowStep::Kind::respond, "respond"},
    {FlowStep::Kind::transfer, "transfer"},
});
constexpr auto completions = std::to_array<Names<FlowCompletion::Kind>>({
    {FlowCompletion::Kind::function_call, "function_call"},
    {FlowCompletion::Kind::transfer, "transfer"},
    {FlowCompletion::Kind::respond, "respond"},
    {FlowCompletion::Kind::end_call, "end_call"},
});
constexpr auto operators = std::to_array<Names<FlowCase::Operator>>({
    {FlowCase::Operator::equals, "equals"},
    {FlowCase::Operator::contains, "contains"},
    {FlowCase::Operator::exists, "exists"},
    {FlowCase::Operator::greater, "greater"},
    {FlowCase::Operator::less, "less"},
});
constexpr auto statuses = std::to_array<Names<FlowStatus>>({
    {FlowStatus::in_progress, "in_progress"},
    {FlowStatus::completed, "completed"},
    {FlowStatus::failed, "failed"},
    {FlowStatus::transferred, "transferred"},
    {FlowStatus::abandoned, "abandoned"},
});
constexpr auto waits = std::to_array<Names<FlowState::Wait>>({
    {FlowState::Wait::nothing, "nothing"},
    {FlowState::Wait::answer, "answer"},
    {FlowState::Wait::function, "function"},
});

template <class E, std::size_t N>
std::string_view name_in(const std::array<Names<E>, N>& names, E value) {
  for (const auto& [known, name] : names)
    if (known == value) return name;
  return "";
}

template <class E, std::size_t N>
std::optional<E> find_in(const std::array<Names<E>, N>& names, std::string_view text) {
  for (const auto& [value, name] : names)
    if (name == text) return value;
  return std::nullopt;
}

// A word of a list; anything else is a mistake.
template <class E, std::size_t N>
E read_word(json::Fields& fields, std::string_view field, const std::array<Names<E>, N>& names,
            E fallback) {
  auto text = fields.optional_text(field, {.length_max = 40});
  if (!text) return fallback;
  auto value = find_in(names, *text);
  if (!value) fields.add_error(field, "is not one of the words it may be");
  return value.value_or(fallback);
}

std::string read_text(json::Fields& fields, std::string_view name) {
  return fields.optional_text(name, {.length_max = text_bytes_max}).value_or(std::string());
}

// Mistakes inside of a member, told beside those of the object it is in.
void pass_on(json::Fields& inner, json::Fields& outer, std::string_view name) {
  auto outcome = inner.finish();
  if (outcome) return;
  for (const auto& detail : outcome.error().details)
    outer.add_error(std::string(name) + "." + detail.field, detail.message);
}

template <class Read>
void each_object(json::Fields& fields, std::string_view name, std::size_t count_max, Read read) {
  const auto* array = fields.array(name, count_max);
  if (array == nullptr) return;
  for (std::size_t i = 0; i < array->size(); ++i) {
    json::Fields item((*array)[i]);
    read(item);
    pass_on(item, fields, std::string(name) + "[" + std::to_string(i) + "]");
  }
}

FlowStep::Named read_named(json::Fields& fields, std::string_view name) {
  FlowStep::Named named;
  const auto* object = fields.object(name);
  if (object == nullptr) return named;
  for (const auto& member : *object) {
    const auto* text = member.value().if_string();
    if (text == nullptr || text->size() > text_bytes_max)
      fields.add_error(name, "must hold strings");
    else
      named.emplace_back(std::string(member.key()), std::string(text->data(), text->size()));
  }
  return named;
}

std::vector<std::string> read_words(json::Fields& fields) {
  std::vector<std::string> words;
  const auto* array = fields.array("words", items_max);
  if (array == nullptr) return words;
  for (const auto& word : *array) {
    if (const auto* text = word.if_string())
      words.emplace_back(text->data(), text->size());
    else
      fields.add_error("words", "must be strings");
  }
  return words;
}

FlowStep read_step(json::Fields& fields) {
  FlowStep step{.name = read_text(fields, "name")};
  if (!fields.has("type")) fields.add_error("type", "is needed");
  step.kind = read_word(fields, "type", step_kinds, step.kind);
  step.text = read_text(fields, "text");
  step.reprompt = read_text(fields, "reprompt");
  step.slot = read_text(fields, "slot");
  if (auto type = fields.optional_text("slot_type", {.length_max = 40})) {
    auto known = parse_slot_type(*type);
    if (!known) fields.add_error("slot_type", "is not one of the types there are");
    step.slot_type = known.value_or(step.slot_type);
  }
  each_object(fields, "choices", items_max, [&step](json::Fields& choice) {
    if (!choice.has("value")) choice.add_error("value", "is needed");
    step.choices.push_back({.value = read_text(choice, "value"),
                            .words = read_words(choice),
                            .digit = read_text(choice, "digit")});
  });
  constexpr int any_max = 1'000'000'000;
  step.timeout_ms = static_cast<int>(fields.integer("timeout_ms", step.timeout_ms, 0, any_max));
  step.retries = static_cast<int>(fields.integer("retries", step.retries, 0, any_max));
  step.next = read_text(fields, "next");
  step.on_no = read_text(fields, "on_no");
  step.on_failure = read_text(fields, "on_failure");
  each_object(fields, "cases", items_max, [&step](json::Fields& condition) {
    for (const char* name : {"slot", "next"})
      if (!condition.has(name)) condition.add_error(name, "is needed");
    step.cases.push_back(
        {.slot = read_text(condition, "slot"),
         .is = read_word(condition, "operator", operators, FlowCase::Operator::equals),
         .value = read_text(condition, "value"),
         .next = read_text(condition, "next")});
  });
  step.function = read_text(fields, "function");
  step.arguments = read_named(fields, "arguments");
  step.results = read_named(fields, "results");
  step.target = read_text(fields, "target");
  return step;
}

FlowCompletion read_completion(json::Fields& fields) {
  FlowCompletion completion;
  completion.kind = read_word(fields, "type", completions, completion.kind);
  completion.text = read_text(fields, "text");
  completion.function = read_text(fields, "function");
  completion.arguments = read_named(fields, "arguments");
  completion.target = read_text(fields, "target");
  return completion;
}

void write_given(JsonWriter& writer, std::string_view name, const std::string& text) {
  if (!text.empty()) writer.field(name, text);
}

void write_named(JsonWriter& writer, std::string_view name, const FlowStep::Named& named) {
  writer.key(name).begin_object();
  for (const auto& [key, text] : named) writer.field(key, text);
  writer.end_object();
}

void write_question(JsonWriter& writer, const FlowStep& step) {
  writer.field("slot", step.slot);
  if (step.kind == FlowStep::Kind::collect_slot) {
    writer.field("slot_type", name_of(step.slot_type)).key("choices").begin_array();
    for (const auto& choice : step.choices) {
      writer.begin_object().field("value", choice.value).key("words").begin_array();
      for (const auto& word : choice.words) writer.value(word);
      writer.end_array();
      write_given(writer, "digit", choice.digit);
      writer.end_object();
    }
    writer.end_array();
  }
  write_given(writer, "reprompt", step.reprompt);
  write_given(writer, "on_no", step.on_no);
  writer.field("timeout_ms", step.timeout_ms).field("retries", step.retries);
}

void write_step(JsonWriter& writer, const FlowStep& step) {
  writer.begin_object().field("name", step.name).field("type", name_in(step_kinds, step.kind));
  write_given(writer, "text", step.text);
  switch (step.kind) {
    case FlowStep::Kind::collect_slot:
    case FlowStep::Kind::confirm: write_question(writer, step); break;
    case FlowStep::Kind::branch:
      writer.key("cases").begin_array();
      for (const auto& condition : step.cases)
        writer.begin_object()
            .field("slot", condition.slot)
            .field("operator", name_in(operators, condition.is))
            .field("value", condition.value)
            .field("next", condition.next)
            .end_object();
      writer.end_array();
      break;
    case FlowStep::Kind::function:
      writer.field("function", step.function);
      write_named(writer, "arguments", step.arguments);
      write_named(writer, "results", step.results);
      break;
    case FlowStep::Kind::respond: break;
    case FlowStep::Kind::transfer: writer.field("target", step.target); break;
  }
  write_given(writer, "next", step.next);
  write_given(writer, "on_failure", step.on_failure);
  writer.end_object();
}

void write_completion(JsonWriter& writer, const FlowCompletion& completion) {
  writer.begin_object().field("type", name_in(completions, completion.kind));
  write_given(writer, "text", completion.text);
  if (completion.kind == FlowCompletion::Kind::function_call) {
    writer.field("function", completion.function);
    write_named(writer, "arguments", completion.arguments);
  }
  write_given(writer, "target", completion.target);
  writer.end_object();
}

Error not_ours(std::string_view what) { return internal_error("a stored " + std::string(what)); }

}  // namespace

FlowDefinition read_flow(json::Fields& fields, FlowDefinition before) {
  FlowDefinition flow = std::move(before);
  if (fields.has("steps")) flow.steps.clear();
  each_object(fields, "steps", steps_max,
              [&flow](json::Fields& step) { flow.steps.push_back(read_step(step)); });
  if (const auto* object = fields.object("completion")) {
    json::Value value(*object);
    json::Fields inner(value);
    flow.completion = read_completion(inner);
    pass_on(inner, fields, "completion");
  }
  if (fields.has("failure_text")) flow.failure_text = read_text(fields, "failure_text");
  return flow;
}

FlowStep read_flow_step(json::Fields& fields) { return read_step(fields); }

void write_flow_step(JsonWriter& writer, const FlowStep& step) { write_step(writer, step); }

void write_flow(JsonWriter& writer, const FlowDefinition& flow) {
  writer.key("steps").begin_array();
  for (const auto& step : flow.steps) write_step(writer, step);
  writer.end_array().key("completion");
  write_completion(writer, flow.completion);
  writer.field("failure_text", flow.failure_text);
}

std::string to_json(const FlowDefinition& flow) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  write_flow(writer, flow);
  writer.end_object();
  return text;
}

Result<FlowDefinition> flow_from_json(std::string_view text) {
  auto value = json::parse(text);
  if (!value) return fail(not_ours("flow"));
  json::Fields fields(*value);
  auto flow = read_flow(fields);
  if (!fields.finish()) return fail(not_ours("flow"));
  return flow;
}

std::string to_json(const FlowState& state) {
  auto today = std::chrono::sys_days(state.today).time_since_epoch().count();
  std::string text;
  JsonWriter writer(text);
  writer.begin_object()
      .field("status", name_in(statuses, state.status))
      .field("wait", name_in(waits, state.wait))
      .field("step", state.step)
      .field("attempts", state.attempts)
      .field("steps_taken", state.steps_taken)
      .field("today", static_cast<std::int64_t>(today))
      .key("slots")
      .begin_object();
  for (const auto& [name, slot] : state.slots)
    writer.key(name)
        .begin_object()
        .field("value", slot.value)
        .field("spoken", slot.spoken)
        .end_object();
  writer.end_object().end_object();
  return text;
}

Result<FlowState> flow_state_from_json(std::string_view text) {
  constexpr std::int64_t days_max = 200'000;
  constexpr int count_max = 1'000'000;
  auto value = json::parse(text);
  if (!value) return fail(not_ours("state of a flow"));
  json::Fields fields(*value);
  FlowState state;
  state.status = read_word(fields, "status", statuses, state.status);
  state.wait = read_word(fields, "wait", waits, state.wait);
  state.step = read_text(fields, "step");
  state.attempts = static_cast<int>(fields.integer("attempts", 0, 0, count_max));
  state.steps_taken = static_cast<int>(fields.integer("steps_taken", 0, 0, count_max));
  auto today = std::chrono::days(fields.integer("today", 0, 0, days_max));
  state.today = std::chrono::year_month_day(std::chrono::sys_days(today));
  if (const auto* slots = fields.object("slots"))
    for (const auto& slot : *slots) {
      json::Fields inner(slot.value());
      state.slots[std::string(slot.key())] = {.value = read_text(inner, "value"),
                                              .spoken = read_text(inner, "spoken")};
      pass_on(inner, fields, "slots");
    }
  if (!fields.finish()) return fail(not_ours("state of a flow"));
  return state;
}

}  // namespace aiva::voice
