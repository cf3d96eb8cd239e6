#include "capabilities/voice/speaker.h"

#include <cstring>

#include "capabilities/voice/testing/calls_fixture.h"
#include "capabilities/voice/testing/voice_fakes.h"

namespace aiva::voice {
namespace {

class SpeakerOf : public CallsFixture {
 protected:
  void SetUp() override {
    CallsFixture::SetUp();
    cache_ = make_spoken_cache(*database, clock);
    speaker_ = make_speaker({.synthesizer = synthesizer_,
                             .cache = *cache_,
                             .billing = *enforced,
                             .database = *database},
                            "slt");
  }
  Result<std::string> say(SpeechWish wish, std::size_t pieces_max = 1000) {
    std::string file;
    std::size_t pieces = 0;
    Speaker::Listener listener = [&](std::string piece) {
      return take(file, pieces, pieces_max, std::move(piece));
    };
    auto outcome = sync_wait(speaker_->say(context(), std::move(wish), std::move(listener)));
    if (!outcome) return fail(std::move(outcome.error()));
    return file;
  }
  static Task<Result<void>> take(std::string& file, std::size_t& pieces, std::size_t pieces_max,
                                 std::string piece) {
    if (pieces++ == pieces_max) co_return fail(ErrorCode::cancelled, "The listener is gone");
    file += piece;
    co_return Result<void>{};
  }

  ToneSynthesizer synthesizer_;
  std::unique_ptr<SpokenCache> cache_;
  std::unique_ptr<Speaker> speaker_;
};

std::uint32_t number_at(const std::string& file, std::size_t at) {
  std::uint32_t number = 0;
  std::memcpy(&number, file.data() + at, sizeof number);
  return number;
}

TEST_F(SpeakerOf, makes_a_file_sentence_by_sentence_and_keeps_it) {
  SpeechWish wish{.text = "Good day to you. We are closed.", .rate = 16'000};

  auto made = say(wish);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(synthesizer_.said.size(), 2U);
  EXPECT_EQ(made->substr(0, 4), "RIFF");
  EXPECT_EQ(number_at(*made, 24), 16'000U);
  EXPECT_EQ(made->size(), 44 + 4 * 3200U);  // tenths of a second

  auto again = say(wish);
  EXPECT_EQ(synthesizer_.said.size(), 2U);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->substr(44), made->substr(44));
  EXPECT_EQ(number_at(*again, 40), 4 * 3200U);  // its length is known by now
}

TEST_F(SpeakerOf, keeps_files_of_other_forms_and_voices_apart) {
  ASSERT_TRUE(say({.text = "Hello"}).has_value());

  auto mulaw = say({.text = "Hello", .file = SoundFile::pcmu});
  EXPECT_EQ(mulaw->size(), 800U);
  auto alaw = say({.text = "Hello", .file = SoundFile::pcma});
  EXPECT_NE(*mulaw, *alaw);
  ASSERT_TRUE(say({.text = "Hello", .voice = "rms"}).has_value());
  EXPECT_EQ(synthesizer_.said.size(), 4U);
  ASSERT_TRUE(say({.text = "Hello", .voice = "slt"}).has_value());  // the default
  EXPECT_EQ(synthesizer_.said.size(), 4U);
}

TEST_F(SpeakerOf, refuses_what_it_cannot_say) {
  EXPECT_EQ(failure_of(say({.text = ""})), ErrorCode::invalid);
  EXPECT_EQ(failure_of(say({.text = std::string(4001, 'x')})), ErrorCode::invalid);
  EXPECT_EQ(failure_of(say({.text = "Hello", .rate = 44'100})), ErrorCode::invalid);
  EXPECT_EQ(failure_of(say({.text = "Hello", .file = SoundFile::pcmu, .rate = 16'000})),
            ErrorCode::invalid);
}

TEST_F(SpeakerOf, takes_what_a_provider_costs_once) {
  synthesizer_.name = "deepgram";
  SpeechWish wish{.text = std::string(1000, 'x')};
  auto before = credits().available;

  ASSERT_TRUE(say(wish).has_value());
  EXPECT_EQ(before - credits().available, 18'000);  // a thousand characters, with the margin
  ASSERT_TRUE(say(wish).has_value());
  EXPECT_EQ(before - credits().available, 18'000);
}

TEST_F(SpeakerOf, takes_what_was_said_when_the_listener_goes) {
  synthesizer_.name = "deepgram";
  auto sentence = std::string(99, 'x') + ". ";
  auto before = credits().available;

  auto outcome = say({.text = sentence + sentence + sentence}, 12);
  EXPECT_EQ(failure_of(outcome), ErrorCode::cancelled);
  EXPECT_EQ(before - credits().available, 3'600);  // two sentences of a hundred characters
  EXPECT_EQ(synthesizer_.said.size(), 2U);
}

TEST_F(SpeakerOf, says_nothing_without_credits) {
  synthesizer_.name = "deepgram";
  ASSERT_TRUE(say({.text = std::string(4000, 'x')}).has_value());

  auto refused = say({.text = std::string(4000, 'y')});
  EXPECT_EQ(failure_of(refused), ErrorCode::quota_exceeded);
}

TEST_F(SpeakerOf, does_not_keep_what_is_too_long) {
  SpeechWish wish{.text = std::string(1200, 'x'), .rate = 24'000};  // 576 kB

  ASSERT_TRUE(say(wish).has_value());
  auto said = synthesizer_.said.size();
  ASSERT_TRUE(say(wish).has_value());
  EXPECT_EQ(synthesizer_.said.size(), said * 2);
}

}  // namespace
}  // namespace aiva::voice
