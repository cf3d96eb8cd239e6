#include "foundation/tracer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "foundation/crypto.h"

namespace aiva {
namespace {

constexpr std::chrono::milliseconds slow{2000};

// A tracer whose traces are kept for a look.
struct Watched {
  explicit Watched(TracerOptions options) : tracer(options) {
    tracer.tell([this](RecordedTrace& trace) { traces.push_back(std::move(trace)); });
  }

  std::vector<RecordedTrace> traces{};
  Tracer tracer;
};

TraceContext sampled_trace() {
  TraceContext trace;
  random_bytes(trace.trace_id);
  trace.is_sampled = true;
  return trace;
}

std::vector<std::string> names_of(const RecordedTrace& trace) {
  std::vector<std::string> names;
  for (const auto& span : trace.spans) names.emplace_back(trace.name_of(span));
  return names;
}

TEST(Tracer, hands_out_a_sampled_piece_of_work_when_all_of_it_is_over) {
  Watched watched({.sample_ratio = 1, .is_exported = true});
  CallContext context{.trace = sampled_trace()};
  auto trace_id = context.trace.trace_id;

  {
    auto root = watched.tracer.begin(context.trace, {.name = "request", .kind = SpanKind::server});
    Span search(context, "search");
    {
      auto inside = search.inside(context);
      Span rows(inside, "rows.read");
      rows.set("rows", 2);
      rows.set("rows", 3);
      rows.fail(ErrorCode::timeout);
    }
    root.rename("GET /search");
    root.end();
    EXPECT_TRUE(watched.traces.empty());  // somebody may still note a step
    context.trace.recording = {};
  }

  ASSERT_EQ(watched.traces.size(), 1U);
  const auto& trace = watched.traces.front();
  EXPECT_EQ(trace.trace_id, trace_id);
  EXPECT_EQ(names_of(trace), (std::vector<std::string>{"GET /search", "search", "rows.read"}));
  EXPECT_EQ(trace.spans[0].parent, SpanId{});
  EXPECT_EQ(trace.spans[1].parent, trace.spans[0].id);
  EXPECT_EQ(trace.spans[2].parent, trace.spans[1].id);
  EXPECT_EQ(trace.spans[2].failure, ErrorCode::timeout);
  ASSERT_EQ(trace.attributes.size(), 1U);
  EXPECT_EQ(trace.attributes[0].span, 2U);
  EXPECT_EQ(trace.attributes[0].number, 3);
  for (const auto& span : trace.spans) EXPECT_GE(span.end, span.begin);
}

TEST(Tracer, records_nothing_that_nobody_may_ask_for) {
  Watched watched({.sample_ratio = 0, .is_exported = true});
  CallContext context;

  auto root = watched.tracer.begin(context.trace, {.name = "request", .may_be_slow = true});
  Span step(context, "search");

  EXPECT_FALSE(context.trace.recording);
  EXPECT_FALSE(root.is_recorded());
  EXPECT_FALSE(step.is_recorded());
  EXPECT_NE(context.trace.span_id, SpanId{});  // answers and providers are told one nevertheless
  EXPECT_EQ(step.inside(context).trace.span_id, context.trace.span_id);
}

TEST(Tracer, keeps_what_was_slow_although_it_is_not_sampled) {
  Watched watched({.sample_ratio = 0, .slow = slow, .is_exported = true});

  for (bool is_slow : {false, true}) {
    TraceContext trace;
    auto root = watched.tracer.begin(trace, {.name = "request", .may_be_slow = true});
    if (is_slow) root.call_slow();
    root.end();
    trace.recording = {};
  }

  ASSERT_EQ(watched.traces.size(), 1U);
  EXPECT_TRUE(watched.traces[0].is_slow);
  EXPECT_FALSE(watched.traces[0].is_sampled);
}

TEST(Tracer, samples_the_wanted_part_of_all_traces_by_their_ids) {
  Tracer none({.sample_ratio = 0});
  Tracer some({.sample_ratio = 0.25});
  Tracer all({.sample_ratio = 1});
  int sampled = 0;

  for (int i = 0; i < 4000; ++i) {
    auto trace = new_trace(some);
    EXPECT_EQ(trace.is_sampled, some.samples(trace));
    EXPECT_FALSE(none.samples(trace));
    EXPECT_TRUE(all.samples(trace));
    sampled += trace.is_sampled ? 1 : 0;
  }

  EXPECT_GT(sampled, 800);
  EXPECT_LT(sampled, 1200);
}

TEST(Tracer, continues_anothers_trace_under_its_span) {
  Watched watched({.is_exported = true});
  auto trace = *parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

  auto root = watched.tracer.begin(trace, {.name = "job", .kind = SpanKind::consumer});
  root.end();
  trace.recording = {};

  ASSERT_EQ(watched.traces.size(), 1U);
  EXPECT_EQ(to_hex(watched.traces[0].spans[0].parent), "b7ad6b7169203331");
  EXPECT_EQ(to_hex(trace.trace_id), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_NE(to_hex(trace.span_id), "b7ad6b7169203331");
}

TEST(Tracer, leaves_steps_out_when_there_is_no_room_and_says_how_many) {
  Watched watched({.is_exported = true});
  CallContext context{.trace = sampled_trace()};

  {
    auto root = watched.tracer.begin(context.trace, {.name = "job"});
    for (int i = 0; i < 1000; ++i)
      Span step(context, "rows.read", SpanKind::internal, Span::Weight::minor);
    for (int i = 0; i < 1000; ++i) Span step(context, "model.call");
    context.trace.recording = {};
  }

  ASSERT_EQ(watched.traces.size(), 1U);
  auto names = names_of(watched.traces[0]);
  EXPECT_EQ(names.size(), TraceRecording::spans_max);
  EXPECT_EQ(
      std::ranges::count(names, "model.call"),
      static_cast<std::ptrdiff_t>(TraceRecording::spans_max - TraceRecording::minor_spans_max));
  EXPECT_EQ(watched.traces[0].dropped, 2001 - TraceRecording::spans_max);
}

TEST(Tracer, refuses_more_recordings_at_a_time_than_it_may_have) {
  Watched watched({.is_exported = true, .running_max = 1});
  auto first = sampled_trace();
  auto second = sampled_trace();

  auto kept = watched.tracer.begin(first, {.name = "a"});
  auto left_out = watched.tracer.begin(second, {.name = "b"});

  EXPECT_TRUE(kept.is_recorded());
  EXPECT_FALSE(left_out.is_recorded());
}

TEST(Tracer, may_go_before_the_work_it_records) {
  CallContext context{.trace = sampled_trace()};
  Span step;
  {
    Watched watched({.is_exported = true});
    auto root = watched.tracer.begin(context.trace, {.name = "turn"});
    step = Span(context, "chat.turn");
  }
  step.set("late", 1);
  step.end();
  context.trace.recording = {};
}

TEST(Tracer, is_used_by_many_threads) {
  Watched watched({.is_exported = true});
  CallContext context{.trace = sampled_trace()};
  auto root = watched.tracer.begin(context.trace, {.name = "request"});
  std::vector<std::thread> threads;

  for (int i = 0; i < 4; ++i)
    threads.emplace_back([copy = context] {
      for (int j = 0; j < 20; ++j) {
        Span step(copy, "step");
        step.set("number", j);
      }
    });
  for (auto& thread : threads) thread.join();
  threads.clear();
  root.end();
  context.trace.recording = {};

  ASSERT_EQ(watched.traces.size(), 1U);
  EXPECT_EQ(watched.traces[0].spans.size(), 81U);
}

TEST(Traceparent, is_written_as_it_is_read) {
  std::string header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  EXPECT_EQ(to_traceparent(*parse_traceparent(header)), header);
  EXPECT_FALSE(parse_traceparent(header + "-x"));
}

}  // namespace
}  // namespace aiva
