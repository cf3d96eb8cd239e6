#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capabilities/voice/ivr_slots.h"
#include "foundation/result.h"

namespace aiva::voice {

// What is compared in a branch.
struct FlowCase {
  enum class Operator : std::uint8_t { equals, contains, exists, greater, less };

  std::string slot{};
  Operator is = Operator::equals;
  std::string value{};  // compared without case; as numbers where greater or less
  std::string next{};
  bool operator==(const FlowCase&) const = default;
};

// One step of a conversation that is led. In texts, arguments and targets `{slot}` stands for what
// the caller told; `{{` and `}}` are braces.
struct FlowStep {
  enum class Kind : std::uint8_t { collect_slot, confirm, branch, function, respond, transfer };
  using Named = std::vector<std::pair<std::string, std::string>>;

  std::string name{};  // [a-z0-9_]{1,40}, unique in the flow
  Kind kind = Kind::respond;
  std::string text{};      // asked or said; may be empty save where something is asked
  std::string reprompt{};  // asked again; empty: `text`
  std::string slot{};      // that is collected, or confirmed
  SlotType slot_type = SlotType::freeform;
  std::vector<SlotChoice> choices{};
  int timeout_ms = 30'000;        // without an answer
  int retries = 3;                // asked again so often
  std::string next{};             // empty: the step behind it; the flow is complete behind the last
  std::string on_no{};            // of confirm; empty: the step that collects the slot
  std::string on_failure{};       // no answer, or the function failed; empty: the flow fails
  std::vector<FlowCase> cases{};  // of branch: the first that holds, else `next`
  std::string function{};
  Named arguments{};  // of the function: name and text
  Named results{};    // slot and where it stands in the function's answer (RFC 6901); "": all of it
  std::string target{};  // of transfer: a number or queue
  bool operator==(const FlowStep&) const = default;
};

// What happens once all steps are done.
struct FlowCompletion {
  // function_call: calls it, says `text` and goes on with the conversation; respond: says it and
  // goes on; transfer and end_call say it and leave.
  enum class Kind : std::uint8_t { function_call, transfer, respond, end_call };

  Kind kind = Kind::respond;
  std::string text{};
  std::string function{};
  FlowStep::Named arguments{};
  std::string target{};
  bool operator==(const FlowCompletion&) const = default;
};

struct FlowDefinition {
  std::vector<FlowStep> steps{};  // 1…100, the first one begins
  FlowCompletion completion{};
  std::string failure_text{};  // said when the flow fails
  bool operator==(const FlowDefinition&) const = default;
};

// Fails with `invalid` and every field that is wrong: names that are missing or taken, steps and
// slots that do not exist, texts that are too long (2000 bytes).
Result<void> check(const FlowDefinition& flow);

// What the call is to do, in order.
struct FlowAction {
  enum class Kind : std::uint8_t {
    say,
    ask,           // say, then wait `timeout_ms` for words or digits
    run_function,  // `function` with `arguments`, then say what came of it
    transfer,      // to `target`
    end,           // the flow is over, the conversation goes on
    hang_up,
  };
  Kind kind = Kind::say;
  std::string text{};
  int timeout_ms = 0;
  bool wants_digits = false;  // digits are an answer, too
  int digits_max = 0;         // so many are one, without waiting for more; 0: not known
  std::string function{};
  std::string arguments{};  // JSON object
  std::string target{};
  bool operator==(const FlowAction&) const = default;
};
using FlowActions = std::vector<FlowAction>;

enum class FlowStatus : std::uint8_t { in_progress, completed, failed, transferred, abandoned };

std::string_view name_of(FlowStatus status);

// Where a flow stands.
struct FlowState {
  enum class Wait : std::uint8_t { nothing, answer, function };

  FlowStatus status = FlowStatus::in_progress;
  Wait wait = Wait::nothing;
  std::string step{};  // empty: the completion
  int attempts = 0;    // of the step: asked again so often
  int steps_taken = 0;
  std::map<std::string, SlotValue> slots{};
  std::chrono::year_month_day today{};  // where the caller is
  bool operator==(const FlowState&) const = default;
};

// Leads a conversation by a flow: no clock, no I/O. What does not fit the state (digits while a
// function runs) changes nothing and answers nothing.
class FlowRun {
 public:
  // The flow was checked and outlives this. A state comes from an earlier run of the same flow;
  // where its step is gone, the flow fails with the next event.
  FlowRun(const FlowDefinition& flow, FlowState state) : flow_(flow), state_(std::move(state)) {}

  FlowActions start();
  // Goes on from a state that was kept: asks again, and does not count it. What became of a
  // function that ran is not known; that counts as its failure.
  FlowActions resume();
  FlowActions hear(std::string_view words);
  FlowActions key(std::string_view digits);
  FlowActions time_out();
  FlowActions take_result(std::string_view result, bool is_error);
  // The caller left.
  void abandon();

  [[nodiscard]] const FlowState& state() const { return state_; }

 private:
  [[nodiscard]] const FlowStep* find(std::string_view name) const;
  FlowActions answer(const SlotAnswer& answer);
  void confirm(const FlowStep& step, const SlotAnswer& answer, FlowActions& actions);
  void retry(const FlowStep& step, FlowActions& actions);
  void give_up(const FlowStep& step, FlowActions& actions);
  void fail(FlowActions& actions);
  void go_on(const FlowStep& step, FlowActions& actions);
  void go_to(std::string_view name, FlowActions& actions);
  // Runs steps until one waits or the flow is over.
  void enter(const FlowStep* step, FlowActions& actions);
  bool enter_one(const FlowStep& step, FlowActions& actions);
  void ask(const FlowStep& step, const std::string& text, FlowActions& actions);
  void run(const std::string& function, const FlowStep::Named& arguments, FlowActions& actions);
  void complete(FlowActions& actions);
  void conclude(FlowActions& actions);
  [[nodiscard]] bool holds(const FlowCase& condition) const;
  [[nodiscard]] const FlowStep* collector_of(const FlowStep& step) const;
  [[nodiscard]] std::string fill(std::string_view text, bool is_spoken) const;
  void take_slots(const FlowStep& step, std::string_view result);

  const FlowDefinition& flow_;
  FlowState state_;
};

}  // namespace aiva::voice
