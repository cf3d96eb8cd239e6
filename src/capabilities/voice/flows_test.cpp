#include "capabilities/voice/flows.h"

#include "capabilities/voice/spoken_cache.h"
#include "capabilities/voice/testing/calls_fixture.h"

namespace aiva::voice {
namespace {

class FlowsOf : public CallsFixture {
 protected:
  void SetUp() override {
    CallsFixture::SetUp();
    flows_ =
        make_flows({.database = *database, .agents = agents_, .audit_log = audit_, .clock = clock});
  }
  Flow flow(std::string name) {
    return {.agent = agents_.agent.id,
            .name = std::move(name),
            .definition = {.steps = {{.name = "hello", .text = "Hello"}}}};
  }
  Flow create(Flow flow) {
    auto made = sync_wait(flows_->create(context(), {}, std::move(flow)));
    if (!made) ADD_FAILURE() << made.error().message;
    return made.value_or(Flow{});
  }

  std::unique_ptr<Flows> flows_;
};

TEST_F(FlowsOf, keep_what_was_given) {
  auto wanted = flow("Booking");
  wanted.begins_with = "words";
  wanted.trigger_words = {"book", "an appointment"};
  auto made = create(wanted);

  auto found = sync_wait(flows_->get(context(), agents_.agent.id, made.id));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->definition, wanted.definition);
  EXPECT_EQ(found->trigger_words, wanted.trigger_words);
  EXPECT_EQ(sync_wait(flows_->list(context(), agents_.agent.id))->size(), 1U);
  EXPECT_EQ(failure_of(sync_wait(flows_->create(context(), {}, wanted))), ErrorCode::conflict);
  EXPECT_EQ(audit_.entries.front().action, "flow.created");
}

TEST_F(FlowsOf, change_only_to_what_is_right) {
  auto made = create(flow("Booking"));
  auto change = [&](Flows::Change how) {
    return sync_wait(flows_->change(context(), {}, agents_.agent.id, made.id, std::move(how)));
  };

  auto broken = change([](Flow& it) {
    it.definition.steps.front().next = "nowhere";
    return Result<void>{};
  });
  EXPECT_EQ(failure_of(broken), ErrorCode::invalid);
  auto wordless = change([](Flow& it) {
    it.begins_with = "words";
    return Result<void>{};
  });
  EXPECT_EQ(failure_of(wordless), ErrorCode::invalid);
  auto renamed = change([](Flow& it) {
    it.name = "Orders";
    return Result<void>{};
  });
  EXPECT_EQ(renamed->name, "Orders");
  ASSERT_TRUE(sync_wait(flows_->remove(context(), {}, agents_.agent.id, made.id)).has_value());
  EXPECT_EQ(failure_of(sync_wait(flows_->get(context(), agents_.agent.id, made.id))),
            ErrorCode::not_found);
}

TEST_F(FlowsOf, stand_where_they_were_left) {
  auto made = create(flow("Booking"));
  FlowSession session{.session_id = "s1", .flow = made.id, .step = "hello", .state = R"({"a":1})"};
  ASSERT_TRUE(sync_wait(flows_->save_session(context(), session)).has_value());
  session.status = "transferred";
  clock.advance(std::chrono::hours(1));
  ASSERT_TRUE(sync_wait(flows_->save_session(context(), session)).has_value());

  auto found = sync_wait(flows_->session(context(), "s1"));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->status, "transferred");
  EXPECT_EQ(found->state, R"({"a":1})");
  EXPECT_EQ(found->updated_at - found->created_at, 3'600'000);
  session.state = "[]";
  EXPECT_EQ(failure_of(sync_wait(flows_->save_session(context(), session))), ErrorCode::invalid);
  clock.advance(std::chrono::hours(24 * 31));
  EXPECT_EQ(sync_wait(flows_->forget_old_sessions({})), 1);
}

TEST_F(FlowsOf, do_not_exist_for_other_tenants) {
  auto made = create(flow("Booking"));
  auto agent = agents_.agent.id;
  auto nothing = [](Flow&) { return Result<void>{}; };
  FlowSession session{.session_id = "s1", .flow = made.id};
  ASSERT_TRUE(sync_wait(flows_->save_session(context(), session)).has_value());

  EXPECT_EQ(failure_of(sync_wait(flows_->get(other(), agent, made.id))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(flows_->list(other(), agent))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(flows_->create(other(), {}, flow("x")))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(flows_->change(other(), {}, agent, made.id, nothing))),
            ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(flows_->remove(other(), {}, agent, made.id))),
            ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(flows_->session(other(), "s1"))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(flows_->save_session(other(), session))), ErrorCode::not_found);
}

TEST_F(FlowsOf, begin_with_the_call_or_with_words) {
  std::vector<Flow> flows{flow("a"), flow("b"), flow("c"), flow("d")};
  flows[1].begins_with = "words";
  flows[1].trigger_words = {"order"};
  flows[2].begins_with = "words";
  flows[2].trigger_words = {"order status"};
  EXPECT_EQ(flow_for_start(flows), nullptr);
  flows[3].begins_with = "call";

  EXPECT_EQ(flow_for_start(flows), &flows[3]);
  EXPECT_EQ(flow_for_words(flows, "I want to order"), &flows[1]);
  EXPECT_EQ(flow_for_words(flows, "What is my Order status?"), &flows[2]);
  EXPECT_EQ(flow_for_words(flows, "reorder"), nullptr);
  flows[2].is_active = false;
  EXPECT_EQ(flow_for_words(flows, "order status"), &flows[1]);
}

class SpokenCacheOf : public CallsFixture {
 protected:
  std::optional<SpokenAudio> find(CallContext context, SpokenText text) {
    return sync_wait(cache_->find(std::move(context), std::move(text))).value();
  }
  SpokenAudio add(SpokenText text, std::string audio) {
    SpokenAudio spoken{.content_type = "audio/wav", .audio = std::move(audio)};
    return sync_wait(cache_->add(context(), std::move(text), std::move(spoken))).value();
  }

  std::unique_ptr<SpokenCache> cache_ = make_spoken_cache(*database, clock);
};

TEST_F(SpokenCacheOf, finds_what_the_same_voice_said) {
  SpokenText hello{.voice = "shimmer", .text = "Hello"};
  EXPECT_FALSE(find(context(), hello).has_value());
  auto added = add(hello, std::string("RI\0FF", 5));

  auto found = find(context(), hello);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->audio, std::string("RI\0FF", 5));
  EXPECT_FALSE(find(context(), {.voice = "alloy", .text = "Hello"}).has_value());
  EXPECT_FALSE(find(other(), hello).has_value());
  EXPECT_EQ(sync_wait(cache_->hit(context(), added.id)), 1);
  EXPECT_EQ(sync_wait(cache_->hit(context(), added.id)), 2);
  EXPECT_EQ(failure_of(sync_wait(cache_->hit(other(), added.id))), ErrorCode::not_found);
  add(hello, "again");
  EXPECT_EQ(find(context(), hello)->audio, "again");
}

TEST_F(SpokenCacheOf, refuses_what_is_no_audio) {
  SpokenText hello{.text = "Hello"};
  for (const auto& audio :
       {SpokenAudio{.content_type = "text/html", .audio = "x"},
        SpokenAudio{.content_type = "audio/wav"},
        SpokenAudio{.content_type = "audio/wav", .audio = std::string(512 * 1024 + 1, 'x')}})
    EXPECT_EQ(failure_of(sync_wait(cache_->add(context(), hello, audio))), ErrorCode::invalid);
  EXPECT_EQ(failure_of(sync_wait(cache_->find(context(), {}))), ErrorCode::invalid);
}

TEST_F(SpokenCacheOf, lets_go_what_was_not_used_for_longest) {
  SpokenText first{.text = "first"};
  SpokenText second{.text = "second"};
  auto used = add(first, "1");
  add(second, "2");
  clock.advance(std::chrono::seconds(1));
  ASSERT_TRUE(sync_wait(cache_->hit(context(), used.id)).has_value());
  ASSERT_TRUE(
      in_transaction([&](SqlSession& sql) -> Result<bool> {
        for (int i = 1; i <= 998; ++i)
          TRY_VOID(sql.execute(
              "INSERT INTO tts_cache (id, tenant_id, text_hash, "
              "content_type, audio, audio_bytes, duration_ms, "
              "created_at, used_at) VALUES (?, ?, ?, 'audio/wav', x'00', "
              "1, 0, ?, ?)",
              {SpokenId::make(), tenant, std::to_string(i), clock.unix_ms(), clock.unix_ms()}));
        return true;
      }).has_value());

  add({.text = "one more"}, "3");

  EXPECT_TRUE(find(context(), first).has_value());
  EXPECT_FALSE(find(context(), second).has_value());
}

}  // namespace
}  // namespace aiva::voice
