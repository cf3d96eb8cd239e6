#include "capabilities/functions/functions.h"

#include <gtest/gtest.h>

#include "capabilities/functions/testing/functions_fixture.h"

namespace aiva::functions {
namespace {

using std::chrono::milliseconds;
using Fields = std::set<std::string>;

class FunctionsOf : public FunctionsFixture {
 protected:
  std::string header(const std::string& name, std::size_t request = 0) {
    auto sent = http_.requests().at(request);
    for (const auto& header : sent.headers)
      if (header.name == name) return header.value;
    return {};
  }
  JobOutcome run_job(int attempts = 1) {
    auto jobs = sync_wait(jobs_->lease({}, {call_job_kind}, 1, "w1", milliseconds(1000)));
    EXPECT_TRUE(jobs && jobs->size() == 1U);
    if (!jobs || jobs->empty()) return {};
    jobs->front().attempts = attempts;
    auto outcome = sync_wait(functions_->run({}, jobs->front()));
    EXPECT_TRUE(outcome.has_value());
    return outcome.value_or(JobOutcome{});
  }
};

TEST_F(FunctionsOf, keep_what_was_given) {
  auto made = create(weather());

  auto found = sync_wait(functions_->get(context(), agent_, made.id));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->settings.name, "weather");
  EXPECT_EQ(found->settings.api_endpoint, weather().api_endpoint);
  EXPECT_EQ(found->settings.timeout_ms, 30'000);
  EXPECT_EQ(found->settings.retries, 2);
  EXPECT_EQ(sync_wait(functions_->list(context(), agent_))->size(), 1U);
  ASSERT_EQ(audit_.entries.size(), 1U);
  EXPECT_EQ(audit_.entries.front().action, "function.created");
}

TEST_F(FunctionsOf, do_not_exist_for_other_tenants_and_agents) {
  auto made = create(weather());
  CallContext stranger{.tenant = TenantId::make()};

  EXPECT_EQ(sync_wait(functions_->get(stranger, agent_, made.id)).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(sync_wait(functions_->list(stranger, agent_)).error().code, ErrorCode::not_found);
  EXPECT_EQ(sync_wait(functions_->create(stranger, {}, agent_, weather())).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(sync_wait(functions_->remove(stranger, {}, agent_, made.id)).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(sync_wait(functions_->calls(stranger, agent_, {})).error().code, ErrorCode::not_found);
  EXPECT_TRUE(sync_wait(functions_->tools().tools_of(stranger, agent_))->empty());
  EXPECT_EQ(sync_wait(functions_->get(context(), agent_, FunctionId::make())).error().code,
            ErrorCode::not_found);
  // What one tenant was told is not told to another, although both asked for the same agent.
  EXPECT_EQ(sync_wait(functions_->tools().tools_of(context(), agent_))->size(), 1U);
  EXPECT_TRUE(sync_wait(functions_->tools().tools_of(stranger, agent_))->empty());
}

TEST_F(FunctionsOf, have_a_name_once) {
  create(weather());

  auto again = sync_wait(functions_->create(context(), {}, agent_, weather()));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
}

TEST_F(FunctionsOf, name_each_wrong_field) {
  auto settings = [this](auto change) {
    auto changed = weather();
    change(changed);
    return mistakes(changed);
  };

  EXPECT_EQ(settings([](auto& s) { s.name = "has blanks"; }), Fields{"name"});
  EXPECT_EQ(settings([](auto& s) { s.api_method = "TRACE"; }), Fields{"api_method"});
  EXPECT_EQ(settings([](auto& s) { s.timeout_ms = 200'000; }), Fields{"timeout_ms"});
  EXPECT_EQ(settings([](auto& s) { s.retries = 6; }), Fields{"retries"});
  EXPECT_EQ(settings([](auto& s) { s.response_bytes_max = 1; }), Fields{"response_bytes_max"});
  EXPECT_EQ(settings([](auto& s) { s.parameters = R"({"type":"array"})"; }), Fields{"parameters"});
  EXPECT_EQ(settings([](auto& s) { s.parameters = R"({"type":"object","required":1})"; }),
            Fields{"parameters.required"});
  EXPECT_EQ(settings([](auto& s) { s.api_body = "{}"; }), Fields{"api_body"});
  EXPECT_EQ(settings([](auto& s) { s.response_mapping = "1"; }), Fields{"response_mapping"});
  EXPECT_EQ(settings([](auto& s) { s.api_headers = {{"Host", "x"}}; }), Fields{"api_headers.Host"});
  EXPECT_EQ(settings([](auto& s) { s.api_headers = {{"X-A", "a\r\nb"}}; }),
            Fields{"api_headers.X-A"});
  EXPECT_EQ(settings([](auto& s) { s.api_headers = {{"X-A", "{nobody}"}}; }),
            Fields{"api_headers.X-A"});
  for (const char* url :
       {"ftp://api.example/", "//api.example/", "https://", "https://{city}/", "https://a@b/",
        "https://a.example{city}/", "https://api.example/a b", "https://api.example/#x",
        "https://api.example/{unknown}", "https://api.example/{city", "javascript:1"})
    EXPECT_EQ(settings([url](auto& s) { s.api_endpoint = url; }), Fields{"api_endpoint"}) << url;
  EXPECT_EQ(settings([](auto& s) { s.api_endpoint = "http://api.example/{secret:KEY}"; }),
            Fields{"api_endpoint"});
}

TEST_F(FunctionsOf, put_arguments_into_their_places) {
  auto settings = weather();
  settings.api_method = "PUT";
  settings.api_headers = {{"X-City", "{city}"}, {"X-Days", "{days}"}};
  settings.api_body = R"({"days":"{days}","text":"{city}, {days} days","list":["{city}",1,"{{"]})";
  create(settings);

  auto outcome = call("weather", R"({"city":"Łódź / 1?","days":3})");
  call("weather", R"({"city":"a"})");

  EXPECT_FALSE(outcome.is_error) << outcome.result;
  auto request = http_.requests().at(0);
  EXPECT_EQ(request.url, "https://api.example/weather/%C5%81%C3%B3d%C5%BA%20%2F%201%3F?days=3");
  EXPECT_EQ(request.body, R"({"days":3,"text":"Łódź / 1?, 3 days","list":["Łódź / 1?",1,"{"]})");
  EXPECT_EQ(header("X-Days"), "3");
  EXPECT_EQ(header("Content-Type"), "application/json");
  EXPECT_FALSE(request.may_reach_private_addresses);
  EXPECT_EQ(http_.requests().at(1).body, R"({"text":"a,  days","list":["a",1,"{"]})");
  EXPECT_EQ(header("X-Days", 1), "");
}

TEST_F(FunctionsOf, send_the_arguments_as_they_are_without_a_body_of_their_own) {
  auto settings = weather();
  settings.api_method = "POST";
  settings.api_endpoint = "https://api.example/weather";
  create(settings);

  call("weather", R"({"city":"Rome","days":1})");

  EXPECT_EQ(http_.requests().at(0).body, R"({"city":"Rome","days":1})");
}

TEST_F(FunctionsOf, tell_the_model_what_is_wrong_with_its_arguments) {
  auto settings = weather();
  settings.api_headers = {{"X-City", "{city}"}};
  create(settings);

  EXPECT_EQ(call("weather", "{").is_error, true);
  EXPECT_EQ(call("weather", "").result, "The arguments are not right: city is required");
  EXPECT_EQ(call("weather", R"({"city":"a","days":9})").result,
            "The arguments are not right: days must be at most 7");
  EXPECT_EQ(call("weather", R"({"city":"a\r\nX-Evil: 1"})").result,
            "An argument for the header X-City has a line break");
  EXPECT_EQ(call("weather", R"({"city":".."})").result,
            "An argument would lead to another address");
  EXPECT_EQ(call("climate", "{}").result, "There is no function climate");
  EXPECT_TRUE(http_.requests().empty());
  EXPECT_EQ(calls({.status = CallStatus::failed}).size(), 6U);
}

TEST_F(FunctionsOf, show_the_model_what_the_mapping_says) {
  auto settings = weather();
  settings.response_mapping = R"({"degrees":"/main/temp","from":"the weather service"})";
  create(settings);
  api_ = [](const HttpRequest&) { return json_answer(R"({"main":{"temp":21},"secret":1})"); };

  EXPECT_EQ(call("weather", R"({"city":"a"})").result,
            R"({"degrees":21,"from":"the weather service"})");
}

TEST_F(FunctionsOf, cut_what_is_too_long_and_refuse_what_is_no_text) {
  auto settings = weather();
  settings.response_bytes_max = 300;
  create(settings);

  api_ = [](const HttpRequest&) { return json_answer("\"" + std::string(1000, 'x') + "\""); };
  auto cut = call("weather", R"({"city":"a"})");
  api_ = [](const HttpRequest&) {
    return HttpResponse{.status = 200, .headers = {{"Content-Type", "image/png"}}, .body = "\x89P"};
  };
  auto picture = call("weather", R"({"city":"a"})");

  EXPECT_LE(cut.result.size(), 300U);
  EXPECT_TRUE(cut.result.ends_with("(cut)"));
  EXPECT_TRUE(picture.is_error);
}

TEST_F(FunctionsOf, tell_failures_of_the_service_without_where_it_leads) {
  create(weather());

  api_ = [](const HttpRequest&) {
    return HttpResponse{.status = 302, .headers = {{"Location", "http://169.254.169.254/"}}};
  };
  auto redirected = call("weather", R"({"city":"a"})");
  api_ = [](const HttpRequest&) { return json_answer(R"({"error":"no such city"})", 404); };
  auto missing = call("weather", R"({"city":"a"})");
  api_ = [](const HttpRequest&) -> Result<HttpResponse> {
    return fail(ErrorCode::forbidden, "The URL leads to an address", "10.0.0.1");
  };
  auto guarded = call("weather", R"({"city":"a"})");

  EXPECT_TRUE(redirected.is_error);
  EXPECT_EQ(redirected.result.find("169.254"), std::string::npos);
  EXPECT_EQ(missing.result, R"(The service answered with status 404: {"error":"no such city"})");
  EXPECT_EQ(guarded.result, "The service's address may not be reached");
  EXPECT_EQ(http_.requests().size(), 3U);
}

TEST_F(FunctionsOf, are_tried_again_where_that_does_no_harm) {
  create(weather());
  int asked = 0;
  api_ = [&asked](const HttpRequest&) -> Result<HttpResponse> {
    if (++asked == 1) return HttpResponse{.status = 429, .headers = {{"Retry-After", "2"}}};
    if (asked == 2) return fail(ErrorCode::unavailable, "gone");
    return json_answer("1");
  };

  EXPECT_EQ(call("weather", R"({"city":"a"})").result, "1");
  ASSERT_EQ(pauses_.size(), 2U);
  EXPECT_EQ(pauses_[0], milliseconds(2000));
  EXPECT_GE(pauses_[1], milliseconds(300));
  EXPECT_LT(pauses_[1], milliseconds(600));
  EXPECT_EQ(calls().front().attempts, 3);
}

TEST_F(FunctionsOf, give_up_after_their_retries_and_when_told_to_wait_for_long) {
  create(weather());

  api_ = [](const HttpRequest&) { return HttpResponse{.status = 503}; };
  call("weather", R"({"city":"a"})");
  EXPECT_EQ(http_.requests().size(), 3U);
  api_ = [](const HttpRequest&) {
    return HttpResponse{.status = 503, .headers = {{"Retry-After", "3600"}}};
  };
  call("weather", R"({"city":"a"})");
  EXPECT_EQ(http_.requests().size(), 4U);
}

TEST_F(FunctionsOf, are_posted_once_unless_a_key_makes_that_harmless) {
  auto settings = weather();
  settings.api_method = "POST";
  create(settings);
  settings.name = "keyed";
  settings.sends_idempotency_key = true;
  create(settings);
  api_ = [](const HttpRequest&) { return HttpResponse{.status = 503}; };

  call("weather", R"({"city":"a"})");
  EXPECT_EQ(http_.requests().size(), 1U);
  call("keyed", R"({"city":"a"})");
  ASSERT_EQ(http_.requests().size(), 4U);

  auto key = header("Idempotency-Key", 1);
  EXPECT_EQ(key.size(), 32U);
  EXPECT_EQ(header("Idempotency-Key", 3), key);
  call("keyed", R"({"city":"a"})");
  EXPECT_EQ(header("Idempotency-Key", 4), key);
  message_ = MessageId::make();
  call("keyed", R"({"city":"a"})");
  EXPECT_NE(header("Idempotency-Key", 7), key);
}

TEST_F(FunctionsOf, use_secrets_and_never_tell_them) {
  auto settings = weather();
  settings.api_headers = {{"Authorization", "Bearer {secret:KEY}"}};
  create(settings);
  EXPECT_TRUE(call("weather", R"({"city":"a"})").is_error);
  put_secret("KEY", "s3cr\"t value 1234");
  api_ = [](const HttpRequest& request) {
    json::Object echo{{"seen", request.headers.front().value}};
    return json_answer(json::to_text(echo));
  };

  auto outcome = call("weather", R"({"city":"a"})");

  EXPECT_EQ(header("Authorization"), "Bearer s3cr\"t value 1234");
  EXPECT_EQ(outcome.result, R"({"seen":"Bearer [secret]"})");
  EXPECT_EQ(calls().front().result, R"({"seen":"Bearer [secret]"})");
}

TEST_F(FunctionsOf, reach_their_own_network_only_where_the_operator_allows) {
  rules_.allow_private_hosts = true;
  rules_.private_hosts = {"crm.internal", "10.0.0.5:8080"};
  make();
  auto settings = weather();
  auto reaches = [&](const std::string& name, const std::string& url) {
    settings.name = name;
    settings.api_endpoint = url;
    create(settings);
    call(name, R"({"city":"a"})");
    return http_.requests().back().may_reach_private_addresses;
  };

  EXPECT_TRUE(reaches("a", "http://CRM.internal/x?k={city}"));
  EXPECT_TRUE(reaches("b", "http://crm.internal:99/x"));
  EXPECT_TRUE(reaches("c", "http://10.0.0.5:8080/x"));
  EXPECT_FALSE(reaches("d", "http://10.0.0.5:8081/x"));
  EXPECT_FALSE(reaches("e", "http://10.0.0.6/x"));
  EXPECT_FALSE(reaches("f", "https://crm.internal.example/x"));
}

TEST_F(FunctionsOf, are_offered_as_they_are_now) {
  auto made = create(weather());
  auto names = [this] {
    std::string names;
    for (const auto& tool : *sync_wait(functions_->tools().tools_of(context(), agent_)))
      names += tool.name + " ";
    return names;
  };
  EXPECT_EQ(names(), "weather ");

  auto changed = sync_wait(functions_->change(context(), {}, agent_, made.id,
                                              [](FunctionSettings& settings) -> Result<void> {
                                                settings.name = "forecast";
                                                return {};
                                              }));
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(names(), "forecast ");
  ASSERT_TRUE(sync_wait(functions_->change(context(), {}, agent_, made.id,
                                           [](FunctionSettings& settings) -> Result<void> {
                                             settings.is_active = false;
                                             return {};
                                           }))
                  .has_value());
  EXPECT_EQ(names(), "");
  EXPECT_FALSE(
      sync_wait(functions_->try_out(context(), agent_, made.id, R"({"city":"a"})"))->is_error);
  ASSERT_TRUE(sync_wait(functions_->remove(context(), {}, agent_, made.id)).has_value());
  EXPECT_TRUE(sync_wait(functions_->list(context(), agent_))->empty());
}

TEST_F(FunctionsOf, go_on_in_the_background_where_they_are_asynchronous) {
  auto settings = weather();
  settings.execution_mode = ExecutionMode::async;
  create(settings);

  auto outcome = call("weather", R"({"city":"a"})");
  EXPECT_TRUE(outcome.is_pending);
  EXPECT_TRUE(http_.requests().empty());
  EXPECT_EQ(calls().front().status, CallStatus::pending);

  EXPECT_EQ(run_job().kind, JobOutcome::Kind::completed);
  auto entry = calls().front();
  EXPECT_EQ(entry.status, CallStatus::completed);
  EXPECT_EQ(entry.result, R"({"ok":true})");
  EXPECT_EQ(entry.http_status, 200);
  EXPECT_EQ(calls({.id = entry.id}).size(), 1U);
  EXPECT_TRUE(calls({.id = CallId::make()}).empty());
}

TEST_F(FunctionsOf, are_not_called_twice_after_a_worker_died) {
  auto settings = weather();
  settings.execution_mode = ExecutionMode::async;
  settings.api_method = "POST";
  create(settings);

  call("weather", R"({"city":"a"})");
  run_job(2);

  EXPECT_TRUE(http_.requests().empty());
  EXPECT_EQ(calls().front().status, CallStatus::failed);
}

TEST_F(FunctionsOf, are_logged_and_forgotten_in_time) {
  create(weather());
  for (int i = 0; i < 5; ++i) call(i % 2 == 0 ? "weather" : "nothing", R"({"city":"a"})");

  auto first = sync_wait(functions_->calls(context(), agent_, {.limit = 2}));
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE(first->has_more);
  auto rest = sync_wait(
      functions_->calls(context(), agent_, {.older_than = first->items.back().id, .limit = 3}));
  EXPECT_EQ(rest->items.size(), 3U);
  EXPECT_FALSE(rest->has_more);
  EXPECT_EQ(calls({.function_name = "weather"}).size(), 3U);
  EXPECT_EQ(calls({.status = CallStatus::failed}).size(), 2U);
  EXPECT_EQ(calls({.session = ChatSessionId::make()}).size(), 0U);
  EXPECT_EQ(calls({.until = clock_.unix_ms()}).size(), 0U);

  clock_.advance(std::chrono::hours(24 * 31));
  EXPECT_EQ(sync_wait(functions_->remove_old_calls({}, std::chrono::days(30))), 5);
  EXPECT_TRUE(calls().empty());
}

TEST_F(FunctionsOf, end_with_the_call_they_belong_to) {
  create(weather());
  std::stop_source stop;
  api_ = [&stop](const HttpRequest&) -> Result<HttpResponse> {
    stop.request_stop();
    return fail(ErrorCode::cancelled, "over");
  };
  auto cancelled = context();
  cancelled.cancellation = stop.get_token();

  auto outcome = sync_wait(functions_->tools().call(
      cancelled,
      {.agent = agent_, .call = {.id = "1", .name = "weather", .arguments = R"({"city":"a"})"}}));

  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, ErrorCode::cancelled);
  EXPECT_EQ(calls().front().status, CallStatus::failed);
}

}  // namespace
}  // namespace aiva::functions
