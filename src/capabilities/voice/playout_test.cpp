#include "capabilities/voice/playout.h"

#include <gtest/gtest.h>

#include <string>

namespace aiva::voice {
namespace {

constexpr AudioFormat telephone{.coding = Coding::pcmu, .rate = 8'000};
constexpr std::size_t frame_bytes = 160;

std::string tone(int ms) { return std::string(static_cast<std::size_t>(ms) * 8, 'x'); }

TEST(Playout, gives_whole_frames_and_fills_up_the_last_one) {
  Playout playout(telephone);
  playout.begin_sentence("Hello.");
  playout.add(tone(50));
  playout.end_sentence();
  EXPECT_EQ(playout.next_frame(), tone(20));
  EXPECT_EQ(playout.next_frame(), tone(20));
  EXPECT_EQ(playout.next_frame(), tone(10) + std::string(80, static_cast<char>(0xFF)));
  EXPECT_TRUE(playout.next_frame().empty());
  EXPECT_TRUE(playout.is_drained());
}

TEST(Playout, joins_sentences_without_a_gap) {
  Playout playout(telephone);
  playout.begin_sentence("One.");
  playout.add(tone(30));
  playout.begin_sentence("Two.");
  playout.add(tone(30));
  playout.end_sentence();
  int frames = 0;
  while (!playout.is_drained()) {
    EXPECT_EQ(playout.next_frame(), tone(20));
    ++frames;
  }
  EXPECT_EQ(frames, 3);
}

TEST(Playout, counts_frames_that_come_late_within_a_sentence_only) {
  Playout playout(telephone);
  EXPECT_TRUE(playout.next_frame().empty());
  playout.begin_sentence("One.");
  EXPECT_TRUE(playout.next_frame().empty());
  EXPECT_EQ(playout.underruns(), 0);
  playout.add(tone(20));
  EXPECT_EQ(playout.next_frame().size(), frame_bytes);
  EXPECT_TRUE(playout.next_frame().empty());
  EXPECT_EQ(playout.underruns(), 1);
}

TEST(Playout, plays_nothing_while_it_is_paused) {
  Playout playout(telephone);
  playout.begin_sentence("One.");
  playout.add(tone(40));
  playout.pause();
  EXPECT_TRUE(playout.next_frame().empty());
  EXPECT_FALSE(playout.is_drained());
  playout.resume();
  EXPECT_EQ(playout.next_frame(), tone(20));
}

TEST(Playout, knows_the_words_that_were_heard) {
  Playout playout(telephone);
  playout.begin_sentence("First one.");
  playout.add(tone(100));
  playout.begin_sentence("Then a second sentence follows.");
  playout.add(tone(1'000));
  playout.end_sentence();
  for (int frame = 0; frame < 5 + 25; ++frame) static_cast<void>(playout.next_frame());
  auto heard = playout.clear(0);
  EXPECT_EQ(heard.ms, 600);
  EXPECT_EQ(heard.text, "First one. Then a second");
  EXPECT_TRUE(playout.is_drained());
  EXPECT_EQ(playout.played_ms(), 0);
}

TEST(Playout, does_not_count_what_the_far_end_has_not_played) {
  Playout playout(telephone);
  playout.begin_sentence("Nothing of it was heard.");
  playout.add(tone(200));
  playout.end_sentence();
  for (int frame = 0; frame < 3; ++frame) static_cast<void>(playout.next_frame());
  auto heard = playout.clear(500);
  EXPECT_EQ(heard.ms, 0);
  EXPECT_EQ(heard.text, "");
}

}  // namespace
}  // namespace aiva::voice
