#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "faces/http/testing/test_server.h"
#include "foundation/crypto.h"
#include "foundation/pause.h"
#include "foundation/tracer.h"

namespace aiva::http {
namespace {

using std::chrono::milliseconds;
using testing::TestRequest;
using testing::TestServer;

constexpr std::chrono::seconds patience{10};
constexpr const char* sampled_parent =
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

// Keeps traces, which end on the server's thread a moment after their answer.
class Traces {
 public:
  void take(RecordedTrace& trace) {
    std::lock_guard lock(mutex_);
    traces_.push_back(std::move(trace));
  }
  std::vector<RecordedTrace> wait_for(std::size_t count) {
    auto end = std::chrono::steady_clock::now() + patience;
    for (;;) {
      {
        std::lock_guard lock(mutex_);
        if (traces_.size() >= count || std::chrono::steady_clock::now() > end) return traces_;
      }
      std::this_thread::sleep_for(milliseconds(2));
    }
  }

 private:
  std::mutex mutex_;
  std::vector<RecordedTrace> traces_;
};

Task<Result<Response>> answer_in_steps(CallContext context) {
  Span step(context, "search");
  CallContext inside = step.inside(context);
  Span inner(inside, "search.embed");
  co_return json_response(200, R"({"ok":true})");
}

Task<Result<Response>> break_down() { co_return fail(internal_error("broken")); }

Task<Result<Response>> take_time(Pause pause, CallContext context) {
  auto pausing = pause(context, milliseconds(60));
  CO_TRY_VOID(co_await std::move(pausing));
  co_return json_response(200, "{}");
}

class RequestTraces : public ::testing::Test {
 protected:
  void serve(TracerOptions options) {
    tracer_ = std::make_unique<Tracer>(options);
    tracer_->tell([this](RecordedTrace& trace) { traces_.take(trace); });
    std::vector<Route> routes;
    routes.push_back({Method::get, "/steps/:id", Right::anyone(),
                      [](CallContext context, Request&) { return answer_in_steps(context); }});
    routes.push_back({Method::get, "/broken", Right::anyone(),
                      [](CallContext, Request&) { return break_down(); }});
    routes.push_back({Method::get, "/slow", Right::anyone(), [this](CallContext context, Request&) {
                        return take_time(pause_, context);
                      }});
    server_ = std::make_unique<TestServer>(std::move(routes), TestServer::Change{},
                                           std::vector<WebSocketRoute>{}, nullptr, tracer_.get());
  }

  // A request is counted a moment after its trace.
  bool comes_into_metrics(const std::string& text) {
    auto end = std::chrono::steady_clock::now() + patience;
    auto is_there = [&] { return server_->metrics.to_openmetrics_text().contains(text); };
    while (!is_there() && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(milliseconds(2));
    return is_there();
  }

  Pause pause_ = make_pause();
  Traces traces_;
  std::unique_ptr<Tracer> tracer_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(RequestTraces, records_a_sampled_request_and_its_steps) {
  serve({.is_exported = true});

  auto response = server_->send({.target = "/steps/7", .headers = {sampled_parent}});

  auto traces = traces_.wait_for(1);
  ASSERT_EQ(traces.size(), 1U);
  const auto& trace = traces[0];
  ASSERT_EQ(trace.spans.size(), 3U);
  EXPECT_EQ(trace.name_of(trace.spans[0]), "GET /steps/:id");
  EXPECT_EQ(trace.name_of(trace.spans[1]), "search");
  EXPECT_EQ(trace.name_of(trace.spans[2]), "search.embed");
  EXPECT_EQ(to_hex(trace.spans[0].parent), "b7ad6b7169203331");
  EXPECT_EQ(trace.spans[0].kind, SpanKind::server);
  EXPECT_EQ(trace.root_number("http.response.status_code"), 200);
  EXPECT_EQ(response.header("traceparent"),
            "00-0af7651916cd43dd8448eb211c80319c-" + to_hex(trace.spans[0].id) + "-01");
  EXPECT_TRUE(comes_into_metrics(R"(# {trace_id="0af7651916cd43dd8448eb211c80319c"})"));
}

TEST_F(RequestTraces, tells_a_failure_of_ours_and_none_of_the_clients) {
  serve({.sample_ratio = 1, .is_exported = true});

  server_->send({.target = "/broken"});
  server_->send({.target = "/nowhere"});

  auto traces = traces_.wait_for(2);
  ASSERT_EQ(traces.size(), 2U);
  EXPECT_EQ(traces[0].spans[0].failure, ErrorCode::internal);
  EXPECT_EQ(traces[1].spans[0].failure, std::nullopt);
  EXPECT_EQ(traces[1].root_text("http.route"), "unmatched");
}

TEST_F(RequestTraces, keeps_slow_requests_that_are_not_sampled) {
  serve({.sample_ratio = 0, .slow = milliseconds(50), .is_exported = true});

  server_->send({.target = "/steps/7"});
  server_->send({.target = "/slow"});

  auto traces = traces_.wait_for(1);
  ASSERT_EQ(traces.size(), 1U);
  EXPECT_TRUE(traces[0].is_slow);
  EXPECT_TRUE(traces[0].is_own);
  EXPECT_EQ(traces[0].name_of(traces[0].spans[0]), "GET /slow");
}

}  // namespace
}  // namespace aiva::http
