#include "faces/load/load.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <string>

#include "faces/load/internal/caller.h"
#include "faces/load/testing/answering_server.h"

namespace aiva::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* streamed =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    "1b\r\nevent: delta\ndata: {\"a\":1}\n\r\n"
    "1\r\n\n\r\n"
    "16\r\nevent: done\ndata: {}\n\n\r\n0\r\n\r\n";

bool is(const std::string& request, std::string_view beginning) {
  return request.starts_with(beginning);
}

// What AIVA answers, as far as a load looks at it.
std::string answer_like_aiva(const std::string& request) {
  auto with = [](const char* data) {
    return AnsweringServer::with(200, std::string(R"({"success":true,"data":)") + data + "}");
  };
  if (is(request, "POST /api/chat/sessions ")) return with(R"({"id":"s1"})");
  if (is(request, "POST /api/chat/s1/messages ")) return streamed;
  if (request.find("/status ") != std::string::npos) return with(R"({"status":"completed"})");
  if (request.find("/documents ") != std::string::npos) return with(R"({"document_id":"d1"})");
  if (is(request, "POST /api/knowledge ")) return with(R"({"id":"b1"})");
  if (is(request, "POST /api/agents ")) return with(R"({"id":"a1"})");
  return with("{}");
}

Plan plan_for(const AnsweringServer& server, std::string_view mix) {
  Plan plan{.key = "k", .profile = "test", .mix = *parse_mix(mix), .documents = 2};
  plan.target = *parse_target("http://127.0.0.1:" + std::to_string(server.port()));
  plan.think_time = {.least = milliseconds(1), .most = milliseconds(3)};
  plan.timeout = milliseconds(300);
  plan.scenario = {
      .name = "short",
      .phases = {
          {.name = "warm up", .length = milliseconds(100), .users_to = 4, .is_warm_up = true},
          {.name = "short", .length = milliseconds(800), .users_from = 4, .users_to = 4}}};
  return plan;
}

const Row* row_named(const std::vector<Row>& rows, std::string_view name) {
  auto found = std::ranges::find(rows, name, &Row::name);
  return found == rows.end() ? nullptr : &*found;
}

std::uint64_t count_of(const Report& report, Outcome outcome) {
  return report.total.figures->outcomes[static_cast<std::size_t>(outcome)];
}

TEST(Load, does_each_operation_of_a_mix_over_connections_it_keeps) {
  AnsweringServer server(answer_like_aiva);
  auto plan = plan_for(server,
                       "list_bases=1,get_base=1,search=1,chat=1,image_search=1,upload=1,"
                       "status=1,credits=1,list_calls=1,get_agent=1");

  auto report = run_load(plan, {});

  ASSERT_TRUE(report);
  EXPECT_EQ(report->ending, "whole");
  EXPECT_EQ(report->total.figures->errors(), 0U) << report_as_text(*report);
  EXPECT_GT(report->total.figures->requests, 40U);
  for (std::size_t i = 0; i < chosen_operation_count; ++i)
    EXPECT_NE(row_named(report->operations, name_of(static_cast<Operation>(i))), nullptr) << i;
  const auto* chat = row_named(report->operations, "chat");
  EXPECT_EQ(chat->figures->first_words.count(), chat->figures->requests);
  EXPECT_EQ(server.connections(), 5);  // one of the preparation, one of each user
}

TEST(Load, removes_what_it_made_unless_it_is_to_stay) {
  std::atomic<int> removed = 0;
  AnsweringServer server([&removed](const std::string& request) {
    if (is(request, "DELETE ")) ++removed;
    return answer_like_aiva(request);
  });
  auto plan = plan_for(server, "get_agent=1");

  ASSERT_TRUE(run_load(plan, {}));
  EXPECT_EQ(removed, 2);

  plan.keeps = true;
  ASSERT_TRUE(run_load(plan, {}));
  EXPECT_EQ(removed, 2);
}

TEST(Load, tells_errors_apart) {
  const std::map<std::string, std::string> answers{{"search", AnsweringServer::with(503, "{}")},
                                                   {"credits", AnsweringServer::with(429, "{}")},
                                                   {"calls", AnsweringServer::with(404, "{}")},
                                                   {"agents", "HTTP/1.1 xyz\r\n\r\n"},
                                                   {"knowledge?limit", ""}};
  std::atomic<bool> is_prepared = false;
  AnsweringServer server([&](const std::string& request) {
    if (is_prepared)
      for (const auto& [part, answer] : answers)
        if (request.substr(0, request.find('\r')).find(part) != std::string::npos &&
            !is(request, "DELETE"))
          return answer;
    if (is(request, "POST /api/v1/search")) is_prepared = true;  // the last of the preparation
    return answer_like_aiva(request);
  });
  auto plan = plan_for(server, "search=1,credits=1,list_calls=1,get_agent=1,list_bases=1");

  auto report = run_load(plan, {});

  ASSERT_TRUE(report);
  for (auto outcome : {Outcome::failed, Outcome::rate_limited, Outcome::refused, Outcome::malformed,
                       Outcome::cut_off})
    EXPECT_GT(count_of(*report, outcome), 0U) << name_of(outcome);
  EXPECT_EQ(count_of(*report, Outcome::ok), 0U) << report_as_text(*report);
}

TEST(Load, counts_from_when_a_request_fell_due_where_it_sends_at_a_rate) {
  std::atomic<bool> is_prepared = false;
  AnsweringServer server([&is_prepared](const std::string& request) {
    if (is(request, "GET /api/knowledge/b1 ") && is_prepared.exchange(true))
      std::this_thread::sleep_for(milliseconds(50));
    return answer_like_aiva(request);
  });
  auto plan = plan_for(server, "get_base=1");
  plan.rate = 100;
  plan.connections = 1;
  plan.timeout = seconds(10);

  auto report = run_load(plan, {});

  // One connection can do 20 a second: the others wait, and that is told.
  ASSERT_TRUE(report);
  const auto& figures = *report->total.figures;
  EXPECT_GT(figures.requests, 20U);
  EXPECT_GT(count_of(*report, Outcome::not_sent), 0U);
  EXPECT_GT(figures.latency.max(), 2 * figures.service.percentile(0.5));
}

TEST(Load, gives_up_what_takes_too_long) {
  std::atomic<bool> is_prepared = false;
  AnsweringServer server([&is_prepared](const std::string& request) {
    if (is(request, "GET /api/knowledge/b1 ") && is_prepared.exchange(true))
      std::this_thread::sleep_for(milliseconds(400));
    return answer_like_aiva(request);
  });
  auto plan = plan_for(server, "get_base=1");
  plan.timeout = milliseconds(60);

  auto report = run_load(plan, {});

  ASSERT_TRUE(report);
  EXPECT_GT(count_of(*report, Outcome::timed_out), 0U);
  EXPECT_EQ(count_of(*report, Outcome::ok), 0U);
}

TEST(Load, says_what_is_wrong_with_the_key_or_the_way) {
  AnsweringServer server([](const std::string&) {
    return AnsweringServer::with(401, R"({"error":{"message":"Who is this?"}})");
  });
  auto plan = plan_for(server, "search=1");

  auto refused = run_load(plan, {});
  plan.target.port = "1";
  auto lost = run_load(plan, {});

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unauthenticated);
  EXPECT_NE(refused.error().message.find("Who is this?"), std::string::npos);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::unavailable);
}

TEST(Load, begins_no_chats_that_the_key_may_not_erase_unless_they_are_to_stay) {
  AnsweringServer server([](const std::string& request) {
    if (is(request, "DELETE /api/chat/")) return AnsweringServer::with(403, "{}");
    return answer_like_aiva(request);
  });
  auto plan = plan_for(server, "chat=1");

  auto refused = run_load(plan, {});
  plan.keeps = true;
  auto kept = run_load(plan, {});

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::forbidden);
  EXPECT_NE(refused.error().message.find("users.write"), std::string::npos);
  EXPECT_TRUE(kept);
}

TEST(Load, ends_where_the_service_breaks_when_that_is_asked) {
  std::atomic<bool> is_prepared = false;
  AnsweringServer server([&is_prepared](const std::string& request) {
    if (is(request, "GET /api/knowledge/b1 ") && is_prepared.exchange(true))
      return AnsweringServer::with(500, "{}");
    return answer_like_aiva(request);
  });
  auto plan = plan_for(server, "get_base=1");
  plan.scenario.ends_at_failure = true;
  plan.scenario.phases[1].length = seconds(60);

  auto report = run_load(plan, {});

  ASSERT_TRUE(report);
  EXPECT_EQ(report->ending, "service_failed");
  ASSERT_FALSE(report->notes.empty());
  EXPECT_NE(report->notes[0].find("failed after"), std::string::npos);
}

}  // namespace
}  // namespace aiva::load
