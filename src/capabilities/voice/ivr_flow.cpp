#include "capabilities/voice/ivr_flow.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "capabilities/functions/text_template.h"
#include "foundation/json.h"
#include "foundation/text/utf8.h"

namespace aiva::voice {
namespace {

// Steps that wait for nobody could go round for ever.
constexpr int steps_per_flow_max = 1000;
constexpr std::size_t result_bytes_max = 2000;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::optional<double> to_number(std::string_view text) {
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// How many digits an answer of that type has; 0: any number.
int digits_of(SlotType type, const std::vector<SlotChoice>& choices) {
  constexpr std::size_t keys = 9;
  bool is_key = type == SlotType::choice && choices.size() <= keys;
  return is_key || type == SlotType::yes_no ? 1 : 0;
}

std::string to_text(const json::Value& value) {
  if (const auto* text = value.if_string()) return {text->data(), text->size()};
  return value.is_null() ? std::string() : json::to_text(value);
}

}  // namespace

std::string_view name_of(FlowStatus status) {
  switch (status) {
    case FlowStatus::in_progress: return "in_progress";
    case FlowStatus::completed: return "completed";
    case FlowStatus::failed: return "failed";
    case FlowStatus::transferred: return "transferred";
    case FlowStatus::abandoned: return "abandoned";
  }
  return "";
}

FlowActions FlowRun::start() {
  FlowActions actions;
  if (state_.status != FlowStatus::in_progress || state_.wait != FlowState::Wait::nothing ||
      state_.steps_taken > 0)
    return actions;
  enter(flow_.steps.data(), actions);
  return actions;
}

FlowActions FlowRun::resume() {
  switch (state_.wait) {
    case FlowState::Wait::nothing: return start();
    case FlowState::Wait::function: return take_result({}, true);
    case FlowState::Wait::answer: break;
  }
  FlowActions actions;
  const auto* step = find(state_.step);
  if (step == nullptr)
    fail(actions);
  else
    ask(*step, step->text, actions);
  return actions;
}

FlowActions FlowRun::hear(std::string_view words) { return answer({.words = words}); }

FlowActions FlowRun::key(std::string_view digits) { return answer({.digits = digits}); }

FlowActions FlowRun::time_out() { return answer({}); }

FlowActions FlowRun::answer(const SlotAnswer& answer) {
  FlowActions actions;
  if (state_.wait != FlowState::Wait::answer) return actions;
  const auto* step = find(state_.step);
  if (step == nullptr) {
    fail(actions);
    return actions;
  }
  if (step->kind == FlowStep::Kind::confirm) {
    confirm(*step, answer, actions);
    return actions;
  }
  auto value = parse_slot(step->slot_type, step->choices, answer, state_.today);
  if (!value) {
    retry(*step, actions);
    return actions;
  }
  state_.slots[step->slot] = std::move(*value);
  go_on(*step, actions);
  return actions;
}

void FlowRun::confirm(const FlowStep& step, const SlotAnswer& answer, FlowActions& actions) {
  auto said = parse_slot(SlotType::yes_no, {}, answer, state_.today);
  if (!said) return retry(step, actions);
  if (said->value == "yes") return go_on(step, actions);
  state_.slots.erase(step.slot);
  if (!step.on_no.empty()) return go_to(step.on_no, actions);
  const auto* collector = collector_of(step);
  if (collector == nullptr) return give_up(step, actions);
  enter(collector, actions);
}

const FlowStep* FlowRun::collector_of(const FlowStep& step) const {
  for (const auto& other : flow_.steps)
    if (other.kind == FlowStep::Kind::collect_slot && other.slot == step.slot) return &other;
  return nullptr;
}

void FlowRun::retry(const FlowStep& step, FlowActions& actions) {
  if (state_.attempts >= step.retries) return give_up(step, actions);
  ++state_.attempts;
  ask(step, step.reprompt.empty() ? step.text : step.reprompt, actions);
}

void FlowRun::give_up(const FlowStep& step, FlowActions& actions) {
  if (step.on_failure.empty()) return fail(actions);
  go_to(step.on_failure, actions);
}

void FlowRun::fail(FlowActions& actions) {
  state_.status = FlowStatus::failed;
  state_.wait = FlowState::Wait::nothing;
  if (!flow_.failure_text.empty())
    actions.push_back({.kind = FlowAction::Kind::say, .text = fill(flow_.failure_text, true)});
  actions.push_back({.kind = FlowAction::Kind::end});
}

void FlowRun::abandon() {
  if (state_.status != FlowStatus::in_progress) return;
  state_.status = FlowStatus::abandoned;
  state_.wait = FlowState::Wait::nothing;
}

FlowActions FlowRun::take_result(std::string_view result, bool is_error) {
  FlowActions actions;
  if (state_.wait != FlowState::Wait::function) return actions;
  state_.wait = FlowState::Wait::nothing;
  if (state_.step.empty()) {
    if (is_error)
      fail(actions);
    else
      conclude(actions);
    return actions;
  }
  const auto* step = find(state_.step);
  if (step == nullptr) {
    fail(actions);
  } else if (is_error) {
    give_up(*step, actions);
  } else {
    take_slots(*step, result);
    go_on(*step, actions);
  }
  return actions;
}

void FlowRun::take_slots(const FlowStep& step, std::string_view result) {
  auto document = json::parse(result);
  for (const auto& [slot, pointer] : step.results) {
    std::string text;
    if (pointer.empty()) {
      text = std::string(result);
    } else if (document) {
      boost::system::error_code error;
      const auto* found = document->find_pointer(pointer, error);
      if (found != nullptr) text = to_text(*found);
    }
    text = utf8_prefix(text, result_bytes_max);
    state_.slots[slot] = {.value = text, .spoken = text};
  }
}

const FlowStep* FlowRun::find(std::string_view name) const {
  auto found = std::ranges::find(flow_.steps, name, &FlowStep::name);
  return found == flow_.steps.end() ? nullptr : &*found;
}

void FlowRun::go_on(const FlowStep& step, FlowActions& actions) {
  if (!step.next.empty()) return go_to(step.next, actions);
  const auto* following = &step + 1;
  bool is_last = following == flow_.steps.data() + flow_.steps.size();
  enter(is_last ? nullptr : following, actions);
}

void FlowRun::go_to(std::string_view name, FlowActions& actions) {
  const auto* step = find(name);
  if (step == nullptr) return fail(actions);
  enter(step, actions);
}

void FlowRun::enter(const FlowStep* step, FlowActions& actions) {
  while (step != nullptr) {
    if (++state_.steps_taken > steps_per_flow_max) return fail(actions);
    state_.step = step->name;
    state_.attempts = 0;
    state_.wait = FlowState::Wait::nothing;
    if (enter_one(*step, actions)) return;
    auto next = step->next;
    if (step->kind == FlowStep::Kind::branch) {
      auto held = std::ranges::find_if(
          step->cases, [this](const FlowCase& condition) { return holds(condition); });
      if (held != step->cases.end()) next = held->next;
    }
    if (next.empty()) {
      ++step;
      if (step == flow_.steps.data() + flow_.steps.size()) break;
    } else {
      step = find(next);
      if (step == nullptr) return fail(actions);
    }
  }
  complete(actions);
}

// Whether the step waits, or is the last one.
bool FlowRun::enter_one(const FlowStep& step, FlowActions& actions) {
  auto say = [&] {
    if (!step.text.empty())
      actions.push_back({.kind = FlowAction::Kind::say, .text = fill(step.text, true)});
  };
  switch (step.kind) {
    case FlowStep::Kind::collect_slot:
    case FlowStep::Kind::confirm: ask(step, step.text, actions); return true;
    case FlowStep::Kind::branch: return false;
    case FlowStep::Kind::respond: say(); return false;
    case FlowStep::Kind::function:
      say();
      run(step.function, step.arguments, actions);
      return true;
    case FlowStep::Kind::transfer:
      say();
      state_.status = FlowStatus::transferred;
      actions.push_back({.kind = FlowAction::Kind::transfer, .target = fill(step.target, false)});
      return true;
  }
  return true;
}

void FlowRun::ask(const FlowStep& step, const std::string& text, FlowActions& actions) {
  auto type = step.kind == FlowStep::Kind::confirm ? SlotType::yes_no : step.slot_type;
  state_.wait = FlowState::Wait::answer;
  actions.push_back({.kind = FlowAction::Kind::ask,
                     .text = fill(text, true),
                     .timeout_ms = step.timeout_ms,
                     .wants_digits = type != SlotType::name && type != SlotType::email,
                     .digits_max = digits_of(type, step.choices)});
}

void FlowRun::run(const std::string& function, const FlowStep::Named& arguments,
                  FlowActions& actions) {
  json::Object object;
  for (const auto& [name, text] : arguments) object[name] = fill(text, false);
  state_.wait = FlowState::Wait::function;
  actions.push_back({.kind = FlowAction::Kind::run_function,
                     .function = function,
                     .arguments = json::to_text(object)});
}

void FlowRun::complete(FlowActions& actions) {
  state_.step.clear();
  if (flow_.completion.kind == FlowCompletion::Kind::function_call)
    return run(flow_.completion.function, flow_.completion.arguments, actions);
  conclude(actions);
}

void FlowRun::conclude(FlowActions& actions) {
  const auto& completion = flow_.completion;
  state_.status = FlowStatus::completed;
  if (!completion.text.empty())
    actions.push_back({.kind = FlowAction::Kind::say, .text = fill(completion.text, true)});
  switch (completion.kind) {
    case FlowCompletion::Kind::function_call:
    case FlowCompletion::Kind::respond: actions.push_back({.kind = FlowAction::Kind::end}); return;
    case FlowCompletion::Kind::transfer:
      state_.status = FlowStatus::transferred;
      actions.push_back(
          {.kind = FlowAction::Kind::transfer, .target = fill(completion.target, false)});
      return;
    case FlowCompletion::Kind::end_call:
      actions.push_back({.kind = FlowAction::Kind::hang_up});
      return;
  }
}

bool FlowRun::holds(const FlowCase& condition) const {
  auto found = state_.slots.find(condition.slot);
  bool exists = found != state_.slots.end() && !found->second.value.empty();
  if (condition.is == FlowCase::Operator::exists || !exists)
    return exists && condition.is == FlowCase::Operator::exists;
  auto value = lower(found->second.value);
  auto wanted = lower(condition.value);
  auto left = to_number(value);
  auto right = to_number(wanted);
  switch (condition.is) {
    case FlowCase::Operator::exists: return true;
    case FlowCase::Operator::equals: return left && right ? *left == *right : value == wanted;
    case FlowCase::Operator::contains: return value.contains(wanted);
    case FlowCase::Operator::greater: return left && right ? *left > *right : value > wanted;
    case FlowCase::Operator::less: return left && right ? *left < *right : value < wanted;
  }
  return false;
}

std::string FlowRun::fill(std::string_view text, bool is_spoken) const {
  auto parsed = functions::TextTemplate::parse(text);
  if (!parsed) return std::string(text);
  auto filled =
      parsed->expand([&](const functions::TextTemplate::Part& part) -> Result<std::string> {
        auto found = state_.slots.find(part.text);
        if (found == state_.slots.end()) return std::string();
        return is_spoken ? found->second.spoken : found->second.value;
      });
  return filled.value_or(std::string(text));
}

}  // namespace aiva::voice
