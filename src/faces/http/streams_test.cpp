#include <gtest/gtest.h>

#include <thread>

#include "faces/http/testing/gate.h"
#include "faces/http/testing/test_server.h"

namespace aiva::http {
namespace {

using std::chrono::milliseconds;
using testing::Gate;
using testing::TestRequest;
using testing::TestServer;

const RouteOptions streaming{.is_streaming = true};
const RouteOptions watching{.is_streaming = true, .ends_on_drain = true};

Task<Result<void>> count_to_three(CallContext, EventWriter& events) {
  for (int i = 1; i <= 3; ++i)
    CO_TRY_VOID(co_await events.send("count", std::to_string(i), "id" + std::to_string(i)));
  CO_TRY_VOID(co_await events.send("", "two\nlines"));
  co_return Result<void>{};
}

Task<Result<void>> fail_at_once(CallContext, EventWriter&) {
  co_return fail(ErrorCode::conflict, "another turn runs");
}

Task<Result<void>> fail_later(CallContext, EventWriter& events) {
  CO_TRY_VOID(co_await events.send("a", "1"));
  co_return fail(ErrorCode::internal, "broken");
}

Task<Result<void>> send_then_wait(Gate& gate, CallContext context, EventWriter& events) {
  CO_TRY_VOID(co_await events.send("begin", "1"));
  CO_TRY_VOID(co_await gate.pass(context));
  CO_TRY_VOID(co_await events.send("end", "2"));
  co_return Result<void>{};
}

Task<Result<void>> wait_then_send(Gate& gate, CallContext context, EventWriter& events) {
  CO_TRY_VOID(co_await gate.pass(context));
  CO_TRY_VOID(co_await events.send("late", "1"));
  co_return Result<void>{};
}

Task<Result<Response>> stream(EventProducer producer) {
  co_return event_stream(std::move(producer));
}

Route event_route(std::string_view path,
                  std::function<Task<Result<void>>(CallContext, EventWriter&)> run,
                  RouteOptions options = streaming) {
  return {Method::get, path, Right::anyone(), [run](CallContext, Request&) { return stream(run); },
          options};
}

TEST(EventStreams, send_events_and_end) {
  TestServer server({event_route("/events", count_to_three)});
  auto client = server.connect();
  client.send(TestRequest{.target = "/events"}.text() + TestRequest{.target = "/events"}.text());

  for (int i = 0; i < 2; ++i) {
    auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->header("Content-Type"), "text/event-stream");
    EXPECT_EQ(response->header("Cache-Control"), "no-cache");
    EXPECT_EQ(response->header("Content-Encoding"), "");
    EXPECT_EQ(response->body,
              "id: id1\nevent: count\ndata: 1\n\nid: id2\nevent: count\ndata: 2\n\n"
              "id: id3\nevent: count\ndata: 3\n\ndata: two\ndata: lines\n\n");
  }
}

TEST(EventStreams, do_not_count_as_slow_answers) {
  TestServer server({event_route("/events", count_to_three), event_route("/no", fail_at_once)});

  EXPECT_EQ(server.send({.target = "/events"}).status, 200);
  EXPECT_EQ(server.send({.target = "/no"}).status, 409);
  server.stop();

  auto figures = server.metrics.to_prometheus_text();
  EXPECT_TRUE(figures.contains(R"(aiva_http_stream_seconds_count{route="/events"} 1)"));
  EXPECT_TRUE(figures.contains(R"(aiva_http_request_duration_seconds_count{route="/events"} 0)"));
  EXPECT_TRUE(figures.contains(R"(aiva_http_request_duration_seconds_count{route="/no"} 1)"));
}

TEST(EventStreams, to_http_1_0_end_with_the_connection) {
  TestServer server({event_route("/events", count_to_three)});
  auto client = server.connect();

  client.send("GET /events HTTP/1.0\r\n\r\n");

  auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->header("Transfer-Encoding"), "");
  EXPECT_TRUE(response->body.ends_with("data: two\ndata: lines\n\n"));
}

TEST(EventStreams, that_fail_before_an_event_are_answered_with_the_error) {
  TestServer server({event_route("/events", fail_at_once)});

  auto response = server.send({.target = "/events"});

  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(response.header("Content-Type"), "application/json");
  EXPECT_NE(response.body.find("another turn runs"), std::string::npos);
}

TEST(EventStreams, that_fail_later_are_cut) {
  TestServer server({event_route("/events", fail_later)});
  auto client = server.connect();

  client.send(TestRequest{.target = "/events"}.text());

  EXPECT_FALSE(client.read_response()) << "no end of the chunked body";
}

TEST(EventStreams, show_signs_of_life) {
  Gate gate;
  TestServer server({event_route("/events",
                                 [&gate](CallContext context, EventWriter& events) {
                                   return wait_then_send(gate, context, events);
                                 })},
                    [](ServerOptions& options) { options.timeouts.heartbeat = milliseconds(50); });
  auto client = server.connect();
  client.send(TestRequest{.target = "/events"}.text());

  for (int i = 0; i < 3; ++i) ASSERT_TRUE(client.read_until(": still here\n\n"));
  gate.open();

  ASSERT_TRUE(client.read_until("event: late\ndata: 1\n\n"));
  EXPECT_TRUE(client.read_until("0\r\n\r\n"));
}

TEST(EventStreams, are_cancelled_when_the_client_goes_away) {
  Gate gate;
  TestServer server({event_route("/events", [&gate](CallContext context, EventWriter& events) {
    return send_then_wait(gate, context, events);
  })});
  auto client = server.connect();
  client.send(TestRequest{.target = "/events"}.text());
  ASSERT_TRUE(client.read_until("event: begin"));
  gate.wait_for_arrival();

  client.close();

  gate.wait_for_leave();
}

TEST(EventStreams, without_an_end_end_politely_when_the_server_drains) {
  Gate gate;
  TestServer server({event_route(
      "/events",
      [&gate](CallContext context, EventWriter& events) {
        return send_then_wait(gate, context, events);
      },
      watching)});
  auto client = server.connect();
  client.send(TestRequest{.target = "/events"}.text());
  ASSERT_TRUE(client.read_until("event: begin"));
  gate.wait_for_arrival();

  server.server().drain(std::chrono::seconds(10));

  EXPECT_TRUE(client.read_until("0\r\n\r\n"));
  EXPECT_TRUE(client.is_closed_by_server());
  EXPECT_EQ(server.server().connections(), 0U);
}

TEST(EventStreams, come_to_their_end_while_the_server_drains) {
  Gate gate;
  TestServer server({event_route("/events", [&gate](CallContext context, EventWriter& events) {
    return wait_then_send(gate, context, events);
  })});
  auto client = server.connect();
  client.send(TestRequest{.target = "/events"}.text());
  gate.wait_for_arrival();

  std::thread drain([&server] { server.server().drain(std::chrono::seconds(10)); });
  while (!server.lifecycle.is_draining()) std::this_thread::yield();
  gate.open();

  EXPECT_TRUE(client.read_until("event: late\ndata: 1\n\n"));
  EXPECT_TRUE(client.read_until("0\r\n\r\n"));
  drain.join();
}

TEST(EventStreams, end_politely_when_the_patience_of_a_drain_is_over) {
  Gate gate;
  TestServer server({event_route("/events", [&gate](CallContext context, EventWriter& events) {
    return send_then_wait(gate, context, events);
  })});
  auto client = server.connect();
  client.send(TestRequest{.target = "/events"}.text());
  ASSERT_TRUE(client.read_until("event: begin"));
  gate.wait_for_arrival();

  server.server().drain(milliseconds(1));

  EXPECT_TRUE(client.read_until("0\r\n\r\n"));
  EXPECT_EQ(server.server().connections(), 0U);
}

Task<Result<Response>> wait(Gate& gate, CallContext context) {
  CO_TRY_VOID(co_await gate.pass(context));
  co_return done_response();
}

Route waiting_route(Gate& gate, RouteOptions options = {}) {
  return {Method::get, "/wait", Right::anyone(),
          [&gate](CallContext context, Request&) { return wait(gate, context); }, options};
}

TEST(Calls, are_cancelled_when_the_client_goes_away) {
  Gate gate;
  TestServer server({waiting_route(gate)});
  auto client = server.connect();
  client.send(TestRequest{.target = "/wait"}.text());
  gate.wait_for_arrival();

  client.close();

  gate.wait_for_leave();
}

TEST(Calls, are_cancelled_at_their_deadline) {
  Gate gate;
  TestServer server({waiting_route(gate, {.deadline = milliseconds(50)})});

  auto response = server.send({.target = "/wait"});

  EXPECT_EQ(response.status, 504);
}

TEST(Calls, let_pipelined_requests_wait_their_turn) {
  Gate gate;
  TestServer server({waiting_route(gate), event_route("/events", count_to_three)});
  auto client = server.connect();
  client.send(TestRequest{.target = "/wait"}.text());
  gate.wait_for_arrival();
  client.send(TestRequest{.target = "/events"}.text() + TestRequest{.target = "/none"}.text());

  gate.open();

  EXPECT_EQ(client.read_response()->status, 200);
  EXPECT_TRUE(client.read_response()->body.starts_with("id: id1"));
  EXPECT_EQ(client.read_response()->status, 404);
}

TEST(Draining, lets_running_calls_finish_and_closes_idle_connections) {
  Gate gate;
  TestServer server({waiting_route(gate)});
  auto idle = server.connect();
  idle.send(TestRequest{.target = "/none"}.text());
  ASSERT_TRUE(idle.read_response());
  auto busy = server.connect();
  busy.send(TestRequest{.target = "/wait"}.text());
  gate.wait_for_arrival();

  std::thread drain([&server] { server.server().drain(std::chrono::seconds(10)); });
  EXPECT_TRUE(idle.is_closed_by_server());
  EXPECT_TRUE(server.lifecycle.is_draining());
  gate.open();

  auto response = busy.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->header("Connection"), "close");
  drain.join();
  EXPECT_EQ(server.server().connections(), 0U);
  EXPECT_FALSE(server.connect().is_connected());
}

TEST(Draining, lets_go_of_kept_connections_before_it_begins) {
  Gate gate;
  gate.open();
  TestServer server({waiting_route(gate)});
  auto kept = server.connect();
  kept.send(TestRequest{.target = "/wait"}.text());
  auto before = kept.read_response();

  server.lifecycle.begin_draining();
  kept.send(TestRequest{.target = "/wait"}.text());
  auto after = kept.read_response();
  auto late = server.send({.target = "/wait"});

  ASSERT_TRUE(before && after);
  EXPECT_NE(before->header("Connection"), "close");
  EXPECT_EQ(after->status, 200);
  EXPECT_EQ(after->header("Connection"), "close");
  EXPECT_EQ(late.status, 200);
}

TEST(Draining, cancels_calls_when_patience_is_over) {
  Gate gate;
  TestServer server({waiting_route(gate)});
  auto client = server.connect();
  client.send(TestRequest{.target = "/wait"}.text());
  gate.wait_for_arrival();

  server.server().drain(milliseconds(1));

  EXPECT_EQ(server.server().connections(), 0U);
  gate.wait_for_leave();
}

Task<Result<Response>> hop(ThreadPool& pool, CallContext context) {
  context.home = nullptr;
  auto work = []() -> Result<int> { return 1; };
  CO_TRY_VOID(co_await run_on(pool, context, work));
  co_return done_response();
}

TEST(Calls, may_end_on_another_thread) {
  ThreadPool pool({.threads = 2});
  std::vector<Route> routes;
  routes.push_back({Method::get, "/hop", Right::anyone(),
                    [&pool](CallContext context, Request&) { return hop(pool, context); }});
  TestServer server(std::move(routes), [](ServerOptions& options) { options.threads = 2; });
  auto client = server.connect();
  auto ask = TestRequest{.target = "/hop"}.text();

  for (int i = 0; i < 200; ++i) client.send(ask);

  for (int i = 0; i < 200; ++i) {
    auto response = client.read_response();
    ASSERT_TRUE(response) << i;
    EXPECT_EQ(response->status, 200);
  }
}

}  // namespace
}  // namespace aiva::http
