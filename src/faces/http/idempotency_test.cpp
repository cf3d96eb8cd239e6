#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "adapters/test_database/test_database.h"
#include "faces/http/testing/gate.h"
#include "faces/http/testing/test_server.h"

namespace aiva::http {
namespace {

using testing::Gate;
using testing::TestServer;

// What the routes did, and how they shall end.
struct Deeds {
  std::atomic<int> done = 0;
  std::atomic<bool> fails = false;
  Gate gate;
};

Response numbered(int number) {
  Response response{.status = 201, .body = "{\"n\":" + std::to_string(number) + "}"};
  response.headers.push_back({"Location", "/things/" + std::to_string(number)});
  return response;
}

Task<Result<Response>> make_thing(Deeds& deeds) {
  auto number = ++deeds.done;
  if (deeds.fails) co_return fail(ErrorCode::unavailable, "Not now");
  co_return numbered(number);
}

Task<Result<Response>> make_slowly(Deeds& deeds, CallContext context) {
  auto number = ++deeds.done;
  [[maybe_unused]] auto passed = co_await deeds.gate.pass(context);
  co_return numbered(number);
}

Task<Result<Response>> take_file(Deeds& deeds, Request& request) {
  ++deeds.done;
  co_return json_response(201, "{\"sha\":\"" + request.form->files.at(0).sha256 + "\"}");
}

Task<Result<Response>> make_secret(Deeds& deeds) {
  auto response = numbered(++deeds.done);
  response.headers.push_back({"Cache-Control", "no-store"});
  co_return response;
}

Task<Result<void>> tell(Deeds& deeds, EventWriter& events) {
  auto number = std::to_string(++deeds.done);
  CO_TRY_VOID(co_await events.send("a", number));
  if (!deeds.fails) {
    CO_TRY_VOID(co_await events.send("b", "end"));
    co_return Result<void>();
  }
  events.mark_failed();
  CO_TRY_VOID(co_await events.send("error", "down"));
  co_return Result<void>();
}

Task<Result<void>> tell_and_break(Deeds& deeds, EventWriter& events) {
  ++deeds.done;
  CO_TRY_VOID(co_await events.send("a", "1"));
  co_return fail(ErrorCode::unavailable, "broken");
}

template <class Tell>
Task<Result<Response>> stream(Deeds& deeds, Tell tell) {
  co_return event_stream(
      [&deeds, tell](CallContext, EventWriter& events) { return tell(deeds, events); });
}

std::vector<Route> routes(Deeds& deeds) {
  auto any = Right::signed_in();
  std::vector<Route> table;
  auto make = [&deeds](CallContext, Request&) { return make_thing(deeds); };
  table.push_back({Method::post, "/things", any, make});
  table.push_back({Method::put, "/things", any, make});
  table.push_back({Method::get, "/things", any, make});
  table.push_back({Method::del, "/things", any, make});
  table.push_back({Method::post, "/open", Right::anyone(), make});
  table.push_back({Method::post, "/v1/things", any, make});
  table.push_back({Method::post, "/slow", any, [&deeds](CallContext context, Request&) {
                     return make_slowly(deeds, std::move(context));
                   }});
  table.push_back({Method::post,
                   "/files",
                   any,
                   [&deeds](CallContext, Request& request) { return take_file(deeds, request); },
                   {.body = BodyKind::multipart}});
  table.push_back({Method::post, "/secrets", any,
                   [&deeds](CallContext, Request&) { return make_secret(deeds); }});
  table.push_back({Method::post,
                   "/stream",
                   any,
                   [&deeds](CallContext, Request&) { return stream(deeds, tell); },
                   {.is_streaming = true}});
  table.push_back({Method::post,
                   "/broken",
                   any,
                   [&deeds](CallContext, Request&) { return stream(deeds, tell_and_break); },
                   {.is_streaming = true}});
  return table;
}

class IdempotencyKeys : public ::testing::Test {
 protected:
  IdempotencyKeys() {
    server.authenticator.add("token", {.tenant = tenant, .user = UserId::make()});
    server.authenticator.add("colleague", {.tenant = tenant, .user = UserId::make()});
    server.authenticator.add("stranger", {.tenant = other, .user = UserId::make()});
  }
  static testing::TestRequest request(std::string target, std::string body = "{}",
                                      std::string key = "k", std::string token = "token") {
    return {.method = "POST",
            .target = std::move(target),
            .headers = {"Authorization: Bearer " + token, "Idempotency-Key: " + key},
            .body = std::move(body)};
  }
  testing::RawResponse send(testing::TestRequest request) { return server.send(request); }

  TestDatabase database;
  SystemClock clock;
  TenantId tenant = database.add_tenant();
  TenantId other = database.add_tenant("Other");
  std::unique_ptr<idempotency::Idempotency> keys =
      idempotency::make_idempotency(*database, clock, {.body_bytes_max = 1000});
  Deeds deeds;
  TestServer server{routes(deeds), {}, {}, keys.get()};
};

TEST_F(IdempotencyKeys, give_the_first_answer_again) {
  auto first = send(request("/things"));
  auto again = send(request("/things"));
  auto put = request("/things");
  put.method = "PUT";
  auto another_method = send(put);

  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(first.header("Idempotency-Replayed"), "");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Location"), "/things/1");
  EXPECT_EQ(again.header("Content-Type"), "application/json");
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(another_method.body, "{\"n\":2}");
  EXPECT_EQ(deeds.done, 2);
}

TEST_F(IdempotencyKeys, belong_to_one_caller) {
  for (const auto* token : {"token", "colleague", "stranger"})
    EXPECT_EQ(send(request("/things", "{}", "k", token)).header("Idempotency-Replayed"), "");

  EXPECT_EQ(deeds.done, 3);
}

TEST_F(IdempotencyKeys, are_refused_for_a_different_request) {
  send(request("/things", R"({"a":1})"));
  auto other_body = send(request("/things", R"({"a":2})"));
  auto other_query = send(request("/things?x=1", R"({"a":1})"));
  send(request("/v1/things", R"({"a":1})"));
  auto openai = send(request("/v1/things", R"({"a":2})"));

  EXPECT_EQ(other_body.status, 422);
  EXPECT_NE(other_body.body.find("idempotency_key_reused"), std::string::npos);
  EXPECT_EQ(other_query.status, 422);
  EXPECT_EQ(openai.status, 422);
  EXPECT_NE(openai.body.find(R"("param":"Idempotency-Key")"), std::string::npos);
  EXPECT_EQ(deeds.done, 2);
}

TEST_F(IdempotencyKeys, are_passed_over_where_nothing_is_written_or_nobody_known) {
  auto read = request("/things");
  read.method = "GET";
  read.body.clear();
  testing::TestRequest anonymous{
      .method = "POST", .target = "/open", .headers = {"Idempotency-Key: k"}, .body = "{}"};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(send(read).header("Idempotency-Replayed"), "");
    EXPECT_EQ(send(anonymous).header("Idempotency-Replayed"), "");
  }

  EXPECT_EQ(deeds.done, 4);
}

TEST_F(IdempotencyKeys, must_be_short_and_visible) {
  EXPECT_EQ(send(request("/things", "{}", std::string(256, 'k'))).status, 400);
  EXPECT_EQ(send(request("/things", "{}", "a b")).status, 400);
  EXPECT_EQ(send(request("/things", "{}", std::string(255, 'k'))).status, 201);
}

TEST_F(IdempotencyKeys, are_free_again_when_the_request_failed) {
  deeds.fails = true;
  auto failed = send(request("/things"));
  deeds.fails = false;
  auto second = send(request("/things"));

  EXPECT_EQ(failed.status, 503);
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.header("Idempotency-Replayed"), "");
}

TEST_F(IdempotencyKeys, have_repetitions_wait_for_the_first) {
  testing::RawResponse first;
  std::thread runner([&] { first = send(request("/slow")); });
  deeds.gate.wait_for_arrival();

  auto meanwhile = send(request("/slow"));
  deeds.gate.open();
  runner.join();
  auto after = send(request("/slow"));

  EXPECT_EQ(meanwhile.status, 409);
  EXPECT_NE(meanwhile.header("Retry-After"), "");
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(after.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(deeds.done, 1);
}

TEST_F(IdempotencyKeys, cover_uploads_by_their_files) {
  auto upload = [](std::string_view content) {
    auto made = request("/files",
                        "--b1\r\nContent-Disposition: form-data; name=\"file\"; "
                        "filename=\"a.txt\"\r\n\r\n" +
                            std::string(content) + "\r\n--b1--\r\n");
    made.content_type = "multipart/form-data; boundary=b1";
    return made;
  };

  auto first = send(upload("one"));
  auto again = send(upload("one"));
  auto other_file = send(upload("two"));

  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(other_file.status, 422);
  EXPECT_EQ(deeds.done, 1);
  server.stop();
  EXPECT_EQ(server.staged_files(), 0U);
}

TEST_F(IdempotencyKeys, give_a_stream_again_whole) {
  auto first = send(request("/stream"));
  auto again = send(request("/stream"));

  EXPECT_EQ(first.body, "event: a\ndata: 1\n\nevent: b\ndata: end\n\n");
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(deeds.done, 1);
}

TEST_F(IdempotencyKeys, are_free_after_a_stream_that_tells_of_a_failure) {
  deeds.fails = true;
  auto first = send(request("/stream"));
  deeds.fails = false;
  auto again = send(request("/stream"));

  EXPECT_NE(first.body.find("event: error"), std::string::npos);
  EXPECT_EQ(again.header("Idempotency-Replayed"), "");
  EXPECT_EQ(deeds.done, 2);
}

TEST_F(IdempotencyKeys, do_not_run_a_stream_twice_that_was_cut) {
  auto client = server.connect();
  client.send(request("/broken").text());
  EXPECT_FALSE(client.read_response());

  auto again = send(request("/broken"));

  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.header("Retry-After"), "");
  EXPECT_EQ(deeds.done, 1);
}

TEST_F(IdempotencyKeys, store_no_secrets) {
  auto first = send(request("/secrets"));
  auto again = send(request("/secrets"));

  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(deeds.done, 1);
}

TEST_F(IdempotencyKeys, work_over_two_servers_on_one_database) {
  auto keys_of_second = idempotency::make_idempotency(*database, clock);
  Deeds deeds_of_second;
  TestServer second{routes(deeds_of_second), {}, {}, keys_of_second.get()};
  second.authenticator.add(
      "token",
      *sync_wait(server.authenticator.authenticate({}, {CredentialKind::bearer, "token"})).value());

  auto first = send(request("/things"));
  auto again = second.send(request("/things"));

  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(deeds_of_second.done, 0);
}

}  // namespace
}  // namespace aiva::http
