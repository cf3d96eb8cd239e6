#include "capabilities/voice/numbers.h"

#include "capabilities/voice/testing/calls_fixture.h"

namespace aiva::voice {
namespace {

class NumbersOf : public CallsFixture {
 protected:
  void SetUp() override {
    CallsFixture::SetUp();
    numbers_ = make_numbers(
        {.database = *database, .agents = agents_, .audit_log = audit_, .clock = clock});
  }
  Result<Number> add(std::string did, std::string label = {}) {
    Number number{.agent = agents_.agent.id, .did = std::move(did), .label = std::move(label)};
    return sync_wait(numbers_->create(context(), {}, std::move(number)));
  }

  std::unique_ptr<Numbers> numbers_;
};

TEST(NormalisedNumber, is_e164_or_the_telephone_systems_own) {
  struct Case {
    const char* text;
    const char* number;  // empty: refused
  };
  for (auto [text, number] : {Case{"+49 (30) 123-456", "+4930123456"},
                              {"004930123456", "+4930123456"},
                              {"tel:+49-30-123456;ext=1", "+4930123456"},
                              {"1001", "1001"},
                              {"18005551234", "18005551234"},
                              {"030/123 456", "030123456"},
                              {"", ""},
                              {"7", ""},
                              {"+123", ""},
                              {"+0301234567", ""},
                              {"+1234567890123456", ""},
                              {"49+30123456", ""},
                              {"sip:ada@example.com", ""},
                              {"١٢٣٤", ""}}) {
    auto normal = normalise_number(text);
    EXPECT_EQ(normal.value_or(""), number) << text;
  }
}

TEST_F(NumbersOf, are_found_as_they_are_dialled) {
  auto number = add("+49 30 123456", "Berlin");
  ASSERT_TRUE(number.has_value());
  EXPECT_EQ(number->did, "+4930123456");

  for (const auto* dialled : {"+4930123456", "4930123456", "00 49 30 123456"}) {
    auto found = sync_wait(numbers_->find({}, dialled));
    ASSERT_TRUE(found.has_value()) << dialled;
    EXPECT_EQ(found->tenant, tenant);
    EXPECT_EQ(found->agent, agents_.agent.id);
  }
  EXPECT_EQ(failure_of(sync_wait(numbers_->find({}, "anonymous"))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(numbers_->find({}, "493012345"))), ErrorCode::not_found);
}

TEST_F(NumbersOf, belong_to_one_agent_of_the_installation) {
  ASSERT_TRUE(add("+4930123456").has_value());

  EXPECT_EQ(failure_of(add("4930123456")), ErrorCode::conflict);
  EXPECT_EQ(failure_of(add("x")), ErrorCode::invalid);
  EXPECT_EQ(failure_of(add("1001", std::string(101, 'x'))), ErrorCode::invalid);
  Number foreign{.agent = AgentId::make(), .did = "1002"};
  EXPECT_EQ(failure_of(sync_wait(numbers_->create(context(), {}, foreign))), ErrorCode::not_found);
}

TEST_F(NumbersOf, change_and_are_switched_off) {
  auto number = add("1001").value();

  auto changed = sync_wait(numbers_->change(context(), {}, number.id, [](Number& it) {
    it.did = "1002";
    it.is_active = false;
    return Result<void>{};
  }));

  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(sync_wait(numbers_->get(context(), number.id))->did, "1002");
  EXPECT_EQ(failure_of(sync_wait(numbers_->find({}, "1002"))), ErrorCode::not_found);
  ASSERT_TRUE(sync_wait(numbers_->remove(context(), {}, number.id)).has_value());
  EXPECT_EQ(failure_of(sync_wait(numbers_->get(context(), number.id))), ErrorCode::not_found);
  ASSERT_EQ(audit_.entries.size(), 3U);
  EXPECT_EQ(audit_.entries.back().action, "number.deleted");
}

TEST_F(NumbersOf, do_not_exist_for_other_tenants) {
  auto number = add("1001").value();
  auto nothing = [](Number&) { return Result<void>{}; };

  EXPECT_EQ(failure_of(sync_wait(numbers_->get(other(), number.id))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(numbers_->change(other(), {}, number.id, nothing))),
            ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(numbers_->remove(other(), {}, number.id))), ErrorCode::not_found);
  EXPECT_EQ(sync_wait(numbers_->list(other(), {}))->total, 0);
  EXPECT_EQ(sync_wait(numbers_->list(context(), {}))->items.size(), 1U);
}

TEST_F(NumbersOf, go_with_their_agent) {
  ASSERT_TRUE(add("1001").has_value());
  ASSERT_TRUE(add("1002").has_value());

  ASSERT_TRUE(in_transaction([&](SqlSession& sql) {
                return remove_numbers_of(sql, tenant, agents_.agent.id);
              }).has_value());

  EXPECT_EQ(sync_wait(numbers_->list(context(), {}))->total, 0);
}

}  // namespace
}  // namespace aiva::voice
