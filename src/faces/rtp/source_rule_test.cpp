#include "faces/rtp/internal/source_rule.h"

#include <gtest/gtest.h>

namespace aiva::rtp {
namespace {

using Verdict = SourceRule::Verdict;
using std::chrono::milliseconds;

Endpoint at(std::uint16_t port) { return {*IpAddress::parse("127.0.0.1"), port}; }

class SourceRuleTest : public testing::Test {
 protected:
  Verdict send(const Endpoint& from, std::uint32_t source, std::uint16_t sequence) {
    now_ += milliseconds(20);
    return rule_.judge(from, {.sequence = sequence, .source = source}, now_);
  }
  // The caller has the call, and sent its packet 101 last.
  void let_caller_in() {
    send(caller_, 7, 100);
    ASSERT_EQ(send(caller_, 7, 101), Verdict::accepted);
  }

  Endpoint caller_ = at(4000);
  Endpoint stranger_ = at(5000);
  SourceRule rule_{true};
  SourceRule::Instant now_{};
};

TEST_F(SourceRuleTest, takes_the_first_sender_of_two_packets_in_a_row) {
  EXPECT_EQ(send(caller_, 7, 100), Verdict::unsure);
  EXPECT_EQ(send(stranger_, 9, 5), Verdict::unsure);
  EXPECT_EQ(send(stranger_, 9, 7), Verdict::unsure);
  EXPECT_FALSE(rule_.is_known());
  EXPECT_EQ(send(caller_, 7, 65'535), Verdict::unsure);
  EXPECT_EQ(send(caller_, 7, 0), Verdict::accepted);

  EXPECT_EQ(rule_.endpoint(), caller_);
}

TEST_F(SourceRuleTest, takes_the_first_packet_of_whom_it_expects) {
  rule_.expect(caller_);
  EXPECT_FALSE(rule_.is_known());
  EXPECT_EQ(rule_.endpoint(), caller_);

  EXPECT_EQ(send(stranger_, 9, 5), Verdict::unsure);
  EXPECT_EQ(send(caller_, 7, 100), Verdict::accepted);
  EXPECT_EQ(send(stranger_, 9, 6), Verdict::refused);
}

TEST_F(SourceRuleTest, takes_somebody_else_than_expected_after_two_packets) {
  rule_.expect(caller_);
  send(stranger_, 9, 5);
  EXPECT_EQ(send(stranger_, 9, 6), Verdict::accepted);
  EXPECT_EQ(rule_.endpoint(), stranger_);
  EXPECT_EQ(send(caller_, 7, 100), Verdict::refused);
}

TEST_F(SourceRuleTest, refuses_everybody_else_whatever_they_know) {
  let_caller_in();
  for (std::uint16_t i = 0; i < 50; ++i) {
    EXPECT_EQ(send(stranger_, 9, i), Verdict::refused);
    EXPECT_EQ(send(stranger_, 7, static_cast<std::uint16_t>(200 + i)), Verdict::refused);
    EXPECT_EQ(send(caller_, 7, static_cast<std::uint16_t>(102 + i)), Verdict::accepted);
  }
  EXPECT_EQ(rule_.endpoint(), caller_);
}

TEST_F(SourceRuleTest, refuses_strangers_who_do_not_know_where_a_silent_sender_was) {
  let_caller_in();
  now_ += milliseconds(5'000);
  for (std::uint16_t i = 0; i < 10; ++i) {
    EXPECT_EQ(send(stranger_, 9, static_cast<std::uint16_t>(102 + i)), Verdict::refused);
    EXPECT_EQ(send(stranger_, 7, static_cast<std::uint16_t>(20'000 + i)), Verdict::refused);
    EXPECT_EQ(send(stranger_, 7, static_cast<std::uint16_t>(90 + i)), Verdict::refused);
  }
}

TEST_F(SourceRuleTest, follows_a_silent_sender_to_another_address) {
  let_caller_in();
  now_ += milliseconds(500);
  EXPECT_EQ(send(stranger_, 7, 110), Verdict::unsure);
  EXPECT_EQ(send(stranger_, 7, 111), Verdict::unsure);
  EXPECT_EQ(send(stranger_, 7, 112), Verdict::accepted);

  EXPECT_EQ(rule_.endpoint(), stranger_);
  EXPECT_EQ(send(caller_, 7, 113), Verdict::refused);
}

TEST_F(SourceRuleTest, goes_nowhere_where_the_address_names_the_call) {
  rule_ = SourceRule(false);
  let_caller_in();
  now_ += milliseconds(5'000);
  for (std::uint16_t i = 0; i < 5; ++i)
    EXPECT_EQ(send(stranger_, 7, static_cast<std::uint16_t>(102 + i)), Verdict::refused);
}

TEST_F(SourceRuleTest, follows_a_new_ssrc_only_when_the_old_one_is_over) {
  let_caller_in();
  for (std::uint16_t i = 0; i < 10; ++i) {
    EXPECT_EQ(send(caller_, 8, i), Verdict::unsure);
    EXPECT_EQ(send(caller_, 7, static_cast<std::uint16_t>(102 + i)), Verdict::accepted);
  }
  EXPECT_EQ(send(caller_, 8, 50), Verdict::unsure);
  EXPECT_EQ(send(caller_, 8, 51), Verdict::unsure);
  EXPECT_EQ(send(caller_, 8, 52), Verdict::accepted);
  EXPECT_EQ(send(caller_, 8, 53), Verdict::accepted);
}

}  // namespace
}  // namespace aiva::rtp
