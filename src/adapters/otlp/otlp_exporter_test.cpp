#include "adapters/otlp/otlp_exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "foundation/crypto.h"
#include "foundation/json.h"
#include "foundation/tracer.h"
#include "ports/testing/emulated_provider.h"

namespace aiva {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

constexpr std::chrono::seconds patience{20};

// Asks until it is so, or nobody would wait any longer.
template <class Condition>
bool comes_true(Condition condition) {
  auto end = steady_clock::now() + patience;
  while (!condition() && steady_clock::now() < end) std::this_thread::sleep_for(milliseconds(5));
  return condition();
}

// A trace of `spans` steps, as a tracer hands it out.
RecordedTrace recorded_trace(int spans = 3) {
  RecordedTrace kept;
  Tracer tracer({.is_exported = true});
  tracer.tell([&kept](RecordedTrace& trace) { kept = std::move(trace); });
  CallContext context;
  random_bytes(context.trace.trace_id);
  context.trace.is_sampled = true;
  auto root = tracer.begin(context.trace, {.name = "GET /a", .kind = SpanKind::server});
  root.set("http.response.status_code", 200);
  for (int i = 1; i < spans; ++i) {
    Span step(context, "step \"one\"");
    step.set("text", "Grüße");
    if (i == 1) step.fail(ErrorCode::timeout);
  }
  root.end();
  context.trace.recording = {};
  return kept;
}

class OtlpExporterTest : public EmulatedProvider {
 protected:
  OtlpExporterTest() : EmulatedProvider("tests/emulators/otlp.mjs", "secret") {}

  void SetUp() override {
    EmulatedProvider::SetUp();
    if (IsSkipped()) return;
    options_ = {.url = emulator_->url(""),
                .headers = {{"Authorization", "Bearer secret"}},
                .service_version = "1.2.3",
                .service_instance = "one",
                .interval = milliseconds(1),
                .backoff_first = milliseconds(1),
                .backoff_max = milliseconds(20)};
  }

  void begin() { exporter_ = std::move(*make_otlp_exporter(options_, *http_, metrics_)); }

  void take(int spans = 3) {
    auto trace = recorded_trace(spans);
    exporter_->take(trace);
  }

  bool says(const std::string& line) const {
    return metrics_.to_prometheus_text().contains(line + "\n");
  }

  json::Array taken() { return json::parse(control("GET", "/_spans", ""))->as_array(); }

  OtlpOptions options_;
  Metrics metrics_;
  std::unique_ptr<TraceExporter> exporter_;  // goes before what it borrows
};

TEST_F(OtlpExporterTest, sends_what_a_strict_collector_takes) {
  begin();

  take();

  ASSERT_TRUE(comes_true([this] { return says("aiva_trace_spans_exported_total 3"); }));
  auto spans = taken();
  ASSERT_EQ(spans.size(), 3U);
  const auto& root = spans[0].as_object();
  EXPECT_EQ(root.at("name").as_string(), "GET /a");
  EXPECT_EQ(root.at("kind").as_int64(), 2);
  EXPECT_FALSE(root.contains("parentSpanId"));
  const auto& step = spans[1].as_object();
  EXPECT_EQ(step.at("parentSpanId").as_string(), root.at("spanId").as_string());
  EXPECT_EQ(step.at("status").as_object().at("code").as_int64(), 2);
  const auto& resource = root.at("resource").as_object();
  EXPECT_EQ(resource.at("service.name").as_string(), "aiva");
  EXPECT_EQ(resource.at("service.version").as_string(), "1.2.3");
  EXPECT_EQ(resource.at("service.instance.id").as_string(), "one");
  EXPECT_THAT(control("GET", "/_requests", ""), HasSubstr("\"mistakes\":[]"));
}

TEST_F(OtlpExporterTest, sends_again_what_was_not_taken_for_the_moment) {
  begin();
  for (const auto* kind : {"rate_limit", "unavailable", "gateway", "drop"}) {
    cause(R"({"kind": ")" + std::string(kind) + R"(", "count": 2})");

    take();

    EXPECT_TRUE(comes_true([this] { return taken().size() == 3; })) << kind;
    control("DELETE", "/_spans", "");
  }
  EXPECT_TRUE(comes_true([this] { return says("aiva_trace_spans_exported_total 12"); }));
  EXPECT_TRUE(says("aiva_trace_export_retries_total 8"));
}

TEST_F(OtlpExporterTest, waits_as_long_as_it_is_told) {
  begin();
  cause(R"({"kind": "rate_limit", "retry_after_s": 1})");
  auto begin_time = steady_clock::now();

  take();

  ASSERT_TRUE(comes_true([this] { return says("aiva_trace_spans_exported_total 3"); }));
  EXPECT_GE(steady_clock::now() - begin_time, milliseconds(900));
}

TEST_F(OtlpExporterTest, does_not_repeat_what_is_refused_for_good) {
  options_.headers = {{"Authorization", "Bearer wrong"}};
  begin();

  take();

  EXPECT_TRUE(
      comes_true([this] { return says(R"(aiva_trace_spans_dropped_total{reason="refused"} 3)"); }));
  EXPECT_TRUE(says("aiva_trace_export_retries_total 0"));
}

TEST_F(OtlpExporterTest, believes_a_collector_that_took_a_part) {
  begin();
  cause(R"({"kind": "partial", "rejected": 2})");

  take();

  EXPECT_TRUE(comes_true([this] { return says("aiva_trace_spans_exported_total 1"); }));
  EXPECT_TRUE(says(R"(aiva_trace_spans_dropped_total{reason="refused"} 2)"));
}

TEST_F(OtlpExporterTest, gives_up_after_its_attempts) {
  options_.attempts_max = 3;
  begin();
  cause(R"({"kind": "unavailable", "count": 100})");

  take();

  EXPECT_TRUE(comes_true(
      [this] { return says(R"(aiva_trace_spans_dropped_total{reason="undeliverable"} 3)"); }));
  EXPECT_TRUE(says("aiva_trace_export_retries_total 2"));
}

TEST_F(OtlpExporterTest, never_waits_for_a_slow_collector_and_drops_what_has_no_room) {
  options_.queue_spans_max = 30;
  options_.batch_spans_max = 1;
  begin();
  cause(R"({"kind": "slow", "delay_ms": 1500, "count": 1000})");

  auto begin_time = steady_clock::now();
  for (int i = 0; i < 50; ++i) take(3);
  auto took = steady_clock::now() - begin_time;

  EXPECT_LT(took, milliseconds(1500));  // no longer than one of fifty answers
  auto text = metrics_.to_prometheus_text();
  EXPECT_THAT(text, HasSubstr(R"(aiva_trace_spans_dropped_total{reason="queue_full"} 1)"));
  EXPECT_FALSE(says(R"(aiva_trace_spans_dropped_total{reason="queue_full"} 0)"));
}

TEST_F(OtlpExporterTest, sends_what_is_left_at_its_end_and_takes_no_longer_than_it_may) {
  options_.interval = milliseconds(60'000);
  begin();
  take();

  exporter_.reset();

  EXPECT_EQ(taken().size(), 3U);

  options_.drain_max = milliseconds(100);
  begin();
  cause(R"({"kind": "slow", "delay_ms": 30000, "count": 10})");
  take();
  auto begin_time = steady_clock::now();

  exporter_.reset();

  EXPECT_LT(steady_clock::now() - begin_time, milliseconds(10'000));
  EXPECT_TRUE(says(R"(aiva_trace_spans_dropped_total{reason="undeliverable"} 3)"));
}

TEST(OtlpExporter, wants_an_address) {
  Metrics metrics;
  auto http = std::move(*make_http_client());

  auto exporter = make_otlp_exporter({.url = "collector:4318"}, *http, metrics);

  ASSERT_FALSE(exporter);
  EXPECT_EQ(exporter.error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace aiva
