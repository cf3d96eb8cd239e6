#include "ports/model_server/failure.h"

#include <gtest/gtest.h>

#include "foundation/time.h"
#include "ports/model_server/server.h"

namespace aiva::model_server {
namespace {

using std::chrono::milliseconds;

Failure describe(int status, const std::string& code = "", std::vector<HttpHeader> headers = {}) {
  HttpResponse response{.status = status, .headers = std::move(headers)};
  response.body =
      R"({"error":{"message":"What happened","type":"t","param":"p","code":")" + code + R"("}})";
  return describe_answer(response, "sk-secret");
}

TEST(Failure, maps_every_status_to_what_the_caller_can_do) {
  struct Row {
    int status;
    const char* code;
    ErrorCode expected;
    bool may_retry;
  };
  const Row rows[] = {
      {400, "", ErrorCode::internal, false},
      {400, "context_length_exceeded", ErrorCode::too_large, false},
      {400, "content_policy_violation", ErrorCode::invalid, false},
      {400, "content_filter", ErrorCode::invalid, false},
      {401, "invalid_api_key", ErrorCode::unavailable, false},
      {402, "", ErrorCode::unavailable, false},
      {403, "", ErrorCode::unavailable, false},
      {404, "model_not_found", ErrorCode::unavailable, false},
      {408, "", ErrorCode::unavailable, true},
      {400, "max_tokens_per_request", ErrorCode::too_large, false},
      {413, "", ErrorCode::too_large, false},
      {422, "", ErrorCode::internal, false},
      {429, "rate_limit_exceeded", ErrorCode::unavailable, true},
      {429, "insufficient_quota", ErrorCode::unavailable, false},
      {302, "", ErrorCode::unavailable, false},
      {500, "", ErrorCode::unavailable, true},
      {502, "", ErrorCode::unavailable, true},
      {503, "", ErrorCode::unavailable, true},
      {529, "", ErrorCode::unavailable, true},
  };
  for (const auto& row : rows) {
    auto failure = describe(row.status, row.code);
    EXPECT_EQ(failure.error.code, row.expected) << row.status << row.code;
    EXPECT_EQ(failure.may_retry, row.may_retry) << row.status << row.code;
    EXPECT_EQ(failure.error.retry_after_s > 0, row.may_retry) << row.status << row.code;
  }
}

TEST(Failure, keeps_what_the_provider_said_for_the_log_only) {
  auto failure = describe(500, "c");

  EXPECT_EQ(failure.error.cause, "status 500, type t, code c: What happened");
  EXPECT_EQ(failure.error.message.find("What happened"), std::string::npos);
  EXPECT_EQ(failure.parameter, "p");
}

TEST(Failure, never_repeats_a_key) {
  HttpResponse refused{.status = 401, .body = R"({"error":{"message":"Wrong key sk-se****et"}})"};
  HttpResponse echoed{.status = 500, .body = R"({"error":{"message":"got Bearer sk-secret"}})"};

  EXPECT_EQ(describe_answer(refused, "sk-secret").error.cause, "status 401");
  auto cause = describe_answer(echoed, "sk-secret").error.cause;
  EXPECT_EQ(cause.find("sk-secret"), std::string::npos) << cause;
}

TEST(Failure, reads_bodies_of_any_form) {
  for (const std::string body :
       {"", "<html>", "[]", "null", R"({"error":"text"})", R"({"error":null})",
        R"({"error":{"message":5}})", R"({"message":"bare"})", "\xff\xfe"}) {
    auto failure = describe_answer({.status = 503, .headers = {}, .body = body}, "key");
    EXPECT_EQ(failure.error.code, ErrorCode::unavailable) << body;
    EXPECT_TRUE(failure.may_retry) << body;
  }
}

TEST(Failure, reads_how_long_to_wait) {
  EXPECT_EQ(describe(429, "", {{"Retry-After", "7"}}).retry_after, milliseconds(7000));
  EXPECT_EQ(describe(429, "", {{"Retry-After", "7"}}).error.retry_after_s, 7);
  EXPECT_EQ(describe(429, "", {{"Retry-After", "0.25"}}).retry_after, milliseconds(250));
  EXPECT_EQ(describe(429, "", {{"retry-after-ms", "40"}, {"Retry-After", "1"}}).retry_after,
            milliseconds(40));
  EXPECT_EQ(describe(503, "", {{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"}}).retry_after,
            milliseconds(0));
  for (const std::string text : {"-1", "soon", "1e300", "7 s", ""})
    EXPECT_EQ(describe(429, "", {{"Retry-After", text}}).retry_after, std::nullopt) << text;
}

TEST(Failure, waits_until_what_is_used_up_is_there_again) {
  auto wait = [](const std::string& left, const std::string& reset, int status = 429) {
    return describe(status, "",
                    {{"x-ratelimit-remaining-requests", "7"},
                     {"x-ratelimit-reset-requests", "1h"},
                     {"x-ratelimit-remaining-tokens", left},
                     {"x-ratelimit-reset-tokens", reset}})
        .retry_after;
  };

  EXPECT_EQ(wait("0", "1s"), milliseconds(1000));
  EXPECT_EQ(wait("0", "6m0s"), milliseconds(360'000));
  EXPECT_EQ(wait("0", "1h2m3.5s"), milliseconds(3'723'500));
  EXPECT_EQ(wait("0", "12ms"), milliseconds(12));
  EXPECT_EQ(wait("0", "59"), milliseconds(59'000));
  for (const std::string text : {"", "s", "-1s", "1d", "soon", "1e300h", "nan"})
    EXPECT_EQ(wait("0", text), std::nullopt) << text;
  EXPECT_EQ(wait("12", "1s"), std::nullopt);
  EXPECT_EQ(wait("0", "1s", 500), std::nullopt);
}

TEST(Failure, retries_broken_connections_but_no_guarded_or_ended_ones) {
  auto describe_code = [](ErrorCode code) {
    return describe_transport(Error{.code = code, .message = "m", .cause = "c"});
  };

  EXPECT_TRUE(describe_code(ErrorCode::unavailable).may_retry);
  for (auto code : {ErrorCode::timeout, ErrorCode::cancelled, ErrorCode::forbidden,
                    ErrorCode::invalid, ErrorCode::too_large})
    EXPECT_FALSE(describe_code(code).may_retry) << to_string(code);
  EXPECT_EQ(describe_code(ErrorCode::timeout).error.code, ErrorCode::timeout);
  EXPECT_EQ(describe_code(ErrorCode::cancelled).error.code, ErrorCode::cancelled);
  EXPECT_EQ(describe_code(ErrorCode::forbidden).error.code, ErrorCode::unavailable);
  EXPECT_EQ(describe_code(ErrorCode::invalid).error.code, ErrorCode::internal);
}

TEST(Backoff, doubles_up_to_its_limit_and_spreads) {
  ServerOptions options{.backoff_first = milliseconds(100), .backoff_max = milliseconds(350)};

  EXPECT_EQ(backoff(options, 1, 0, {}), milliseconds(0));
  EXPECT_EQ(backoff(options, 1, 0.5, {}), milliseconds(50));
  EXPECT_EQ(backoff(options, 1, 1, {}), milliseconds(100));
  EXPECT_EQ(backoff(options, 2, 1, {}), milliseconds(200));
  EXPECT_EQ(backoff(options, 3, 1, {}), milliseconds(350));
  EXPECT_EQ(backoff(options, 60, 1, {}), milliseconds(350));
  EXPECT_EQ(backoff(options, 1, 0.5, milliseconds(7000)), milliseconds(7000));
}

}  // namespace
}  // namespace aiva::model_server
