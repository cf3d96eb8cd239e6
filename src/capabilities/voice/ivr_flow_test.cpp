#include "capabilities/voice/ivr_flow.h"

#include <gtest/gtest.h>

#include <set>

#include "capabilities/voice/flow_json.h"

namespace aiva::voice {
namespace {

using namespace std::chrono_literals;
using Actions = std::vector<std::string>;

// An appointment: who, when, confirmed, booked.
constexpr const char* appointment = R"({
  "steps": [
    {"name": "greet", "type": "respond", "text": "Welcome."},
    {"name": "who", "type": "collect_slot", "slot": "name", "slot_type": "name",
     "text": "Who is calling?", "reprompt": "Your name, please?", "retries": 1},
    {"name": "when", "type": "collect_slot", "slot": "day", "slot_type": "date",
     "text": "Which day, {name}?", "retries": 1, "on_failure": "person"},
    {"name": "sure", "type": "confirm", "slot": "day", "text": "{day}, is that right?"},
    {"name": "book", "type": "function", "function": "book", "text": "One moment.",
     "arguments": {"who": "{name}", "day": "{day}"}, "results": {"code": "/booking/code"},
     "on_failure": "person"},
    {"name": "check", "type": "branch",
     "cases": [{"slot": "code", "operator": "exists", "next": "done"}], "next": "person"},
    {"name": "person", "type": "transfer", "text": "I put you through.", "target": "desk"},
    {"name": "done", "type": "respond", "text": "Your code is {code}."}
  ],
  "completion": {"type": "end_call", "text": "Goodbye, {name}."},
  "failure_text": "Let us talk instead."})";

FlowDefinition flow_of(std::string_view text) {
  auto value = json::parse(text);
  json::Fields fields(*value);
  auto flow = read_flow(fields);
  EXPECT_TRUE(fields.finish().has_value());
  return flow;
}

// Actions in short: "say …", "ask …", "run book {…}", "transfer desk", "end", "hang up".
Actions in_short(const FlowActions& actions) {
  Actions texts;
  for (const auto& action : actions) switch (action.kind) {
      case FlowAction::Kind::say: texts.push_back("say " + action.text); break;
      case FlowAction::Kind::ask: texts.push_back("ask " + action.text); break;
      case FlowAction::Kind::run_function:
        texts.push_back("run " + action.function + " " + action.arguments);
        break;
      case FlowAction::Kind::transfer: texts.push_back("transfer " + action.target); break;
      case FlowAction::Kind::end: texts.emplace_back("end"); break;
      case FlowAction::Kind::hang_up: texts.emplace_back("hang up"); break;
    }
  return texts;
}

class Flow : public ::testing::Test {
 protected:
  Actions start() { return in_short(run_.start()); }
  Actions hear(std::string_view words) { return in_short(run_.hear(words)); }
  // To where the day is confirmed.
  void reach_confirmation() {
    start();
    hear("I'm Ada");
    hear("the third of march");
  }

  FlowDefinition flow_ = flow_of(appointment);
  FlowRun run_{flow_, {.today = 2031y / 3 / 5}};
};

TEST_F(Flow, leads_from_the_first_question_to_the_end) {
  ASSERT_TRUE(check(flow_).has_value());

  EXPECT_EQ(start(), (Actions{"say Welcome.", "ask Who is calling?"}));
  EXPECT_EQ(hear("My name is Ada"), (Actions{"ask Which day, Ada?"}));
  EXPECT_EQ(hear("the third of march"), (Actions{"ask March 3, 2032, is that right?"}));
  EXPECT_EQ(hear("yes"),
            (Actions{"say One moment.", R"(run book {"who":"Ada","day":"2032-03-03"})"}));
  EXPECT_EQ(in_short(run_.take_result(R"({"booking":{"code":"A7"}})", false)),
            (Actions{"say Your code is A7.", "say Goodbye, Ada.", "hang up"}));
  EXPECT_EQ(run_.state().status, FlowStatus::completed);
}

TEST_F(Flow, asks_again_as_often_as_it_may_and_then_goes_where_failure_leads) {
  start();
  EXPECT_EQ(in_short(run_.time_out()), (Actions{"ask Your name, please?"}));
  EXPECT_EQ(hear("Ada"), (Actions{"ask Which day, Ada?"}));
  EXPECT_EQ(hear("some day"), (Actions{"ask Which day, Ada?"}));
  EXPECT_EQ(in_short(run_.time_out()), (Actions{"say I put you through.", "transfer desk"}));
  EXPECT_EQ(run_.state().status, FlowStatus::transferred);
  EXPECT_TRUE(hear("hello?").empty());
}

TEST_F(Flow, fails_where_nothing_leads_further) {
  start();
  run_.time_out();
  EXPECT_EQ(hear("42"), (Actions{"say Let us talk instead.", "end"}));
  EXPECT_EQ(run_.state().status, FlowStatus::failed);
}

TEST_F(Flow, asks_anew_for_what_was_not_right) {
  reach_confirmation();

  EXPECT_EQ(hear("no"), (Actions{"ask Which day, Ada?"}));
  EXPECT_FALSE(run_.state().slots.contains("day"));
  EXPECT_EQ(in_short(run_.key("0604")), (Actions{"ask April 6, 2031, is that right?"}));
  EXPECT_EQ(hear("what?"), (Actions{"ask April 6, 2031, is that right?"}));
  EXPECT_EQ(in_short(run_.key("1")).front(), "say One moment.");
}

TEST_F(Flow, goes_on_from_a_state_that_was_kept) {
  reach_confirmation();
  auto kept = flow_state_from_json(to_json(run_.state()));
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(*kept, run_.state());

  FlowRun later(flow_, *kept);
  EXPECT_TRUE(later.start().empty());
  EXPECT_EQ(in_short(later.hear("correct")).front(), "say One moment.");
}

TEST_F(Flow, asks_again_when_it_is_resumed) {
  start();
  run_.time_out();
  FlowRun later(flow_, run_.state());
  EXPECT_EQ(in_short(later.resume()), (Actions{"ask Who is calling?"}));
  EXPECT_EQ(later.state().attempts, 1);

  FlowRun fresh(flow_, {});
  EXPECT_EQ(in_short(fresh.resume()).front(), "say Welcome.");
}

TEST_F(Flow, does_not_call_a_function_twice_when_it_is_resumed) {
  reach_confirmation();
  hear("yes");
  FlowRun later(flow_, run_.state());
  EXPECT_EQ(in_short(later.resume()), (Actions{"say I put you through.", "transfer desk"}));
}

TEST_F(Flow, knows_how_many_digits_an_answer_has) {
  start();
  hear("Ada");
  EXPECT_EQ(run_.key("0603").back().digits_max, 1);
  EXPECT_EQ(run_.hear("no").back().digits_max, 0);
}

TEST_F(Flow, lets_a_failed_function_lead_elsewhere) {
  reach_confirmation();
  hear("yes");

  EXPECT_TRUE(hear("hello?").empty());
  EXPECT_EQ(in_short(run_.take_result("down", true)),
            (Actions{"say I put you through.", "transfer desk"}));
}

TEST_F(Flow, branches_by_what_was_told) {
  reach_confirmation();
  hear("yes");

  EXPECT_EQ(in_short(run_.take_result(R"({"booking":null})", false)),
            (Actions{"say I put you through.", "transfer desk"}));
}

TEST_F(Flow, ends_when_the_caller_leaves) {
  start();
  run_.abandon();
  EXPECT_EQ(run_.state().status, FlowStatus::abandoned);
  EXPECT_TRUE(hear("Ada").empty());
}

TEST_F(Flow, fails_when_its_step_is_gone) {
  start();
  auto state = run_.state();
  state.step = "gone";
  FlowRun later(flow_, state);
  EXPECT_EQ(in_short(later.hear("Ada")), (Actions{"say Let us talk instead.", "end"}));
}

TEST(FlowBranch, compares_as_it_says) {
  struct Case {
    const char* condition;
    const char* words;
    bool holds;
  };
  for (auto [condition, words, holds] : {
           Case{R"("operator":"equals","value":"5")", "five", true},
           {R"("operator":"equals","value":"5.0")", "five", true},
           {R"("operator":"greater","value":"10")", "nine", false},
           {R"("operator":"greater","value":"10")", "eleven", true},
           {R"("operator":"less","value":"10")", "nine", true},
           {R"("operator":"contains","value":"2")", "twenty one", true},
           {R"("operator":"exists")", "one", true},
       }) {
    auto flow = flow_of(std::string(R"({"steps":[
        {"name":"ask","type":"collect_slot","slot":"n","slot_type":"number","text":"?"},
        {"name":"b","type":"branch","cases":[{"slot":"n","next":"t",)") +
                        condition + R"(}],"next":"f"},
        {"name":"f","type":"transfer","target":"f"},
        {"name":"t","type":"transfer","target":"t"}]})");
    ASSERT_TRUE(check(flow).has_value());
    FlowRun run(flow, {});
    run.start();
    EXPECT_EQ(in_short(run.hear(words)), Actions{holds ? "transfer t" : "transfer f"}) << condition;
  }
}

TEST(FlowCompletionOf, may_be_a_function) {
  auto flow = flow_of(R"({"steps":[{"name":"a","type":"respond","text":"Hi"}],
      "completion":{"type":"function_call","function":"save","text":"Saved."}})");
  FlowRun run(flow, {});
  EXPECT_EQ(in_short(run.start()), (Actions{"say Hi", "run save {}"}));
  EXPECT_EQ(in_short(run.take_result("{}", false)), (Actions{"say Saved.", "end"}));
  EXPECT_EQ(run.state().status, FlowStatus::completed);
}

TEST(FlowLoop, comes_to_an_end) {
  auto flow = flow_of(R"({"steps":[{"name":"a","type":"respond","text":"Hi","next":"a"}]})");
  FlowRun run(flow, {});
  auto actions = run.start();
  EXPECT_LE(actions.size(), 1001U);
  EXPECT_EQ(run.state().status, FlowStatus::failed);
}

TEST(FlowCheck, names_each_wrong_field) {
  struct Case {
    const char* step;
    const char* field;
  };
  for (auto [step, field] : {
           Case{R"({"name":"A b","type":"respond","text":"x"})", "steps[0].name"},
           {R"({"name":"a","type":"respond"})", "steps[0].text"},
           {R"({"name":"a","type":"respond","text":"{who}"})", "steps[0].text"},
           {R"({"name":"a","type":"respond","text":"{secret:KEY}"})", "steps[0].text"},
           {R"({"name":"a","type":"respond","text":"x","next":"b"})", "steps[0].next"},
           {R"({"name":"a","type":"collect_slot","text":"?","slot":""})", "steps[0].slot"},
           {R"({"name":"a","type":"collect_slot","text":"?","slot":"s","slot_type":"choice"})",
            "steps[0].choices"},
           {R"({"name":"a","type":"collect_slot","text":"?","slot":"s","timeout_ms":1})",
            "steps[0].timeout_ms"},
           {R"({"name":"a","type":"collect_slot","text":"?","slot":"s","retries":11})",
            "steps[0].retries"},
           {R"({"name":"a","type":"confirm","text":"?","slot":"s"})", "steps[0].slot"},
           {R"({"name":"a","type":"branch"})", "steps[0].cases"},
           {R"({"name":"a","type":"respond","text":"x","slot":"A b"})", "steps[0].slot"},
           {R"({"name":"a","type":"respond","text":"x","choices":[{"value":"b","digit":"x"}]})",
            "steps[0].choices[0]"},
           {R"({"name":"a","type":"respond","text":"x","function":"no good"})",
            "steps[0].function"},
           {R"({"name":"a","type":"function","function":"no good"})", "steps[0].function"},
           {R"({"name":"a","type":"transfer"})", "steps[0].target"},
       }) {
    auto outcome = check(flow_of(std::string(R"({"steps":[)") + step + "]}"));
    ASSERT_FALSE(outcome.has_value()) << step;
    EXPECT_EQ(outcome.error().details.front().field, field) << step;
  }
  EXPECT_FALSE(check(FlowDefinition{}).has_value());
}

TEST(FlowJson, keeps_all_of_a_flow) {
  auto flow = flow_of(appointment);
  auto again = flow_from_json(to_json(flow));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*again, flow);
  EXPECT_FALSE(flow_from_json("{").has_value());
  EXPECT_FALSE(flow_state_from_json(R"({"status":"lost"})").has_value());
}

TEST(FlowJson, names_where_its_form_is_wrong) {
  auto value = json::parse(R"({"steps":[{"name":1,"type":"sing","choices":[{"words":[1]}],
                                         "cases":[{"slot":"n"}]}],
                               "completion":{"type":"x"}})");
  json::Fields fields(*value);
  read_flow(fields);
  auto outcome = fields.finish();
  ASSERT_FALSE(outcome.has_value());
  std::set<std::string> names;
  for (const auto& detail : outcome.error().details) names.insert(detail.field);
  EXPECT_EQ(names, (std::set<std::string>{"steps[0].name", "steps[0].type",
                                          "steps[0].choices[0].value", "steps[0].choices[0].words",
                                          "steps[0].cases[0].next", "completion.type"}));
}

}  // namespace
}  // namespace aiva::voice
