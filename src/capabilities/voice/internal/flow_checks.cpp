#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "capabilities/functions/text_template.h"
#include "capabilities/voice/internal/call_checks.h"
#include "capabilities/voice/ivr_flow.h"

namespace aiva::voice {
namespace {

constexpr std::size_t steps_max = 100;
constexpr std::size_t text_bytes_max = 2000;
constexpr std::size_t choices_max = 20;
constexpr std::size_t words_max = 20;
constexpr std::size_t cases_max = 20;
constexpr std::size_t named_max = 32;
constexpr std::size_t name_bytes_max = 40;
constexpr std::size_t function_bytes_max = 64;
constexpr int timeout_ms_max = 120'000;
constexpr int retries_max = 10;

bool is_name(std::string_view text, std::size_t bytes_max) {
  auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text.size() <= bytes_max && std::ranges::all_of(text, is_allowed);
}

bool is_function_name(std::string_view text) {
  return text.size() <= function_bytes_max && functions::is_template_name(text);
}

// Looks through a flow, step by step.
class FlowReader {
 public:
  explicit FlowReader(const FlowDefinition& flow) : flow_(flow) {
    for (const auto& step : flow.steps) {
      names_.insert(step.name);
      if (step.kind == FlowStep::Kind::collect_slot) slots_.insert(step.slot);
      for (const auto& [slot, pointer] : step.results) slots_.insert(slot);
    }
  }

  Result<void> check() {
    if (flow_.steps.empty() || flow_.steps.size() > steps_max)
      checks_.add("steps", "must be 1 to 100 steps");
    std::set<std::string> seen;
    for (std::size_t i = 0; i < flow_.steps.size() && i < steps_max; ++i) {
      at_ = "steps[" + std::to_string(i) + "].";
      const auto& step = flow_.steps[i];
      if (!is_name(step.name, name_bytes_max))
        add("name", "must be 1 to 40 of a-z, 0-9 and _");
      else if (!seen.insert(step.name).second)
        add("name", "is the name of another step");
      check_step(step);
    }
    at_ = "completion.";
    check_completion(flow_.completion);
    at_.clear();
    text("failure_text", flow_.failure_text);
    return checks_.finish();
  }

 private:
  void add(std::string_view field, std::string message) {
    checks_.add(at_ + std::string(field), std::move(message));
  }

  void check_step(const FlowStep& step) {
    text("text", step.text);
    text("reprompt", step.reprompt);
    target("next", step.next);
    target("on_no", step.on_no);
    target("on_failure", step.on_failure);
    checks_.range(at_ + "timeout_ms", step.timeout_ms, 1000, timeout_ms_max);
    checks_.range(at_ + "retries", step.retries, 0, retries_max);
    text("target", step.target);
    if (!step.slot.empty() && !is_name(step.slot, name_bytes_max))
      add("slot", "must be 1 to 40 of a-z, 0-9 and _");
    check_choices(step.choices);
    check_cases(step.cases);
    check_function(step.function, step.arguments, step.results);
    check_kind(step);
  }

  // What a step of its kind needs; the form of all its members is looked at for any.
  void check_kind(const FlowStep& step) {
    switch (step.kind) {
      case FlowStep::Kind::collect_slot: return check_question(step);
      case FlowStep::Kind::confirm:
        if (step.text.empty()) add("text", "is needed");
        if (!slots_.contains(step.slot)) add("slot", "is set by no step");
        return;
      case FlowStep::Kind::branch: return check_branch(step);
      case FlowStep::Kind::function:
        if (step.function.empty()) add("function", "must be the name of a function");
        return;
      case FlowStep::Kind::respond:
        if (step.text.empty()) add("text", "is needed");
        return;
      case FlowStep::Kind::transfer:
        if (step.target.empty()) add("target", "is needed");
        return;
    }
  }

  void check_question(const FlowStep& step) {
    if (step.text.empty()) add("text", "is needed");
    if (step.slot.empty()) add("slot", "is needed");
    bool is_choice = step.slot_type == SlotType::choice;
    if (is_choice ? step.choices.empty() || step.choices.size() > choices_max
                  : !step.choices.empty())
      add("choices", "must be 1 to 20 for the type choice, and none for others");
  }

  void check_choices(const std::vector<SlotChoice>& choices) {
    std::set<std::string> values;
    for (std::size_t i = 0; i < choices.size() && i < choices_max; ++i) {
      const auto& choice = choices[i];
      auto field = at_ + "choices[" + std::to_string(i) + "]";
      checks_.line(field, choice.value, 100);
      bool is_digit = choice.digit.empty() || (choice.digit.size() == 1 && choice.digit[0] >= '0' &&
                                               choice.digit[0] <= '9');
      if (choice.value.empty() || !values.insert(choice.value).second)
        checks_.add(field, "needs a value of its own");
      if (!is_digit) checks_.add(field, "has a digit that is none");
      if (choice.words.size() > words_max) checks_.add(field, "may have at most 20 words");
      for (const auto& word : choice.words) checks_.line(field, word, 100);
    }
  }

  void check_branch(const FlowStep& step) {
    if (step.cases.empty()) add("cases", "must be 1 to 20 cases");
    for (const auto& condition : step.cases) {
      if (!slots_.contains(condition.slot)) add("cases", "name a slot that no step sets");
      if (condition.next.empty()) add("cases", "need a next step each");
      target("cases", condition.next);
    }
  }

  void check_cases(const std::vector<FlowCase>& cases) {
    if (cases.size() > cases_max) add("cases", "must be 1 to 20 cases");
    for (const auto& condition : cases) checks_.line(at_ + "cases", condition.value, 200);
  }

  void check_function(const std::string& function, const FlowStep::Named& arguments,
                      const FlowStep::Named& results) {
    if (!function.empty() && !is_function_name(function))
      add("function", "must be the name of a function");
    if (arguments.size() > named_max) add("arguments", "must be at most 32");
    for (const auto& [name, value] : arguments) {
      if (!is_function_name(name)) add("arguments", "have a name that is none");
      text("arguments", value);
    }
    if (results.size() > named_max) add("results", "must be at most 32");
    for (const auto& [slot, pointer] : results) {
      if (!is_name(slot, name_bytes_max)) add("results", "name a slot that is none");
      checks_.line(at_ + "results", pointer, 200);
      if (!pointer.empty() && !pointer.starts_with('/'))
        add("results", "must be JSON pointers, which begin with /");
    }
  }

  void check_completion(const FlowCompletion& completion) {
    text("text", completion.text);
    text("target", completion.target);
    check_function(completion.function, completion.arguments, {});
    if (completion.kind == FlowCompletion::Kind::function_call && completion.function.empty())
      add("function", "must be the name of a function");
    if (completion.kind == FlowCompletion::Kind::transfer && completion.target.empty())
      add("target", "is needed");
  }

  void target(std::string_view field, const std::string& name) {
    if (!name.empty() && !names_.contains(name)) add(field, "is the name of no step");
  }

  void text(std::string_view field, std::string_view text) {
    checks_.prose(at_ + std::string(field), text, text_bytes_max);
    auto parsed = functions::TextTemplate::parse(text);
    if (!parsed) return add(field, parsed.error().message);
    for (const auto& part : parsed->parts) {
      if (part.kind == functions::TextTemplate::Kind::secret)
        add(field, "cannot hold secrets");
      else if (part.kind == functions::TextTemplate::Kind::argument && !slots_.contains(part.text))
        add(field, "names the slot " + part.text + ", which no step sets");
    }
  }

  const FlowDefinition& flow_;
  FieldChecks checks_;
  std::string at_{};
  std::set<std::string, std::less<>> names_{};
  std::set<std::string, std::less<>> slots_{};
};

}  // namespace

Result<void> check(const FlowDefinition& flow) { return FlowReader(flow).check(); }

}  // namespace aiva::voice
