#include "adapters/flite/flite_synthesizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "adapters/flite/internal/speakable_text.h"

namespace aiva {
namespace {

struct Spoken {
  std::vector<std::int16_t> samples;
  std::size_t pieces = 0;
};

std::unique_ptr<SpeechSynthesizer> make(FliteOptions options = {}) {
  auto made = make_flite_synthesizer(options);
  EXPECT_TRUE(made.has_value());
  return std::move(*made);
}

std::unique_ptr<SpeechAudio> begin(SpeechSynthesizer& synthesizer, SpeechRequest request) {
  auto audio = sync_wait(synthesizer.speak({}, std::move(request)));
  EXPECT_TRUE(audio.has_value()) << audio.error().message;
  return audio ? std::move(*audio) : nullptr;
}

Spoken take_all(SpeechAudio& audio) {
  Spoken spoken;
  for (;;) {
    auto piece = sync_wait(audio.next({}));
    EXPECT_TRUE(piece.has_value()) << piece.error().message << piece.error().cause;
    if (!piece || !*piece) return spoken;
    EXPECT_FALSE((*piece)->empty());
    spoken.samples.insert(spoken.samples.end(), (*piece)->begin(), (*piece)->end());
    ++spoken.pieces;
  }
}

Spoken say(SpeechSynthesizer& synthesizer, SpeechRequest request) {
  return take_all(*begin(synthesizer, std::move(request)));
}

double loudness(const std::vector<std::int16_t>& samples) {
  double power = 0;
  for (double sample : samples) power += sample * sample;
  return std::sqrt(power / static_cast<double>(samples.size()));
}

std::string make_long_text() {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "This is one more sentence of a long text. ";
  return text;
}

TEST(FliteSynthesizer, speaks_with_every_voice_at_every_rate) {
  auto synthesizer = make();
  EXPECT_EQ(synthesizer->provider(), "packaged");
  EXPECT_EQ(synthesizer->voices().size(), 4U);
  for (const auto& voice : synthesizer->voices()) {
    auto narrow = say(*synthesizer, {.text = "We open at nine.", .voice = voice});
    auto wide = say(*synthesizer, {.text = "We open at nine.", .voice = voice, .rate = 24'000});

    EXPECT_GT(narrow.samples.size(), 8000U) << voice;
    EXPECT_LT(narrow.samples.size(), 3U * 8000) << voice;
    EXPECT_NEAR(static_cast<double>(wide.samples.size()),
                3.0 * static_cast<double>(narrow.samples.size()), 3)
        << voice;
    EXPECT_GT(loudness(narrow.samples), 500) << voice;
  }
}

TEST(FliteSynthesizer, gives_the_first_piece_before_the_last_is_made) {
  auto synthesizer = make();

  auto audio = begin(*synthesizer, {.text = make_long_text()});
  auto first = sync_wait(audio->next({}));

  ASSERT_TRUE(first && *first);
  // A sentence of two seconds, of which 60 ms came first; all of it would be a minute and a half.
  EXPECT_LT((*first)->size(), 20U * 8000);
  auto rest = take_all(*audio);
  EXPECT_GT((*first)->size() + rest.samples.size(), 60U * 8000);
}

TEST(FliteSynthesizer, lets_calls_take_turns_without_mixing_them) {
  // The other voices breathe at random.
  auto synthesizer = make({.voice = "kal16"});
  const SpeechRequest one{.text = "The first caller hears this. And then that."};
  const SpeechRequest two{.text = "The second one hears more. It is a little longer. So it is."};
  auto alone_one = say(*synthesizer, one).samples;
  auto alone_two = say(*synthesizer, two).samples;

  auto audio_one = begin(*synthesizer, one);
  auto audio_two = begin(*synthesizer, two);
  auto dropped = begin(*synthesizer, {.text = make_long_text()});
  dropped.reset();

  EXPECT_EQ(take_all(*audio_two).samples, alone_two);
  EXPECT_EQ(take_all(*audio_one).samples, alone_one);
}

TEST(FliteSynthesizer, speaks_as_fast_as_it_is_told) {
  auto synthesizer = make({.voice = "kal16"});
  const std::string text = "Your parcel will arrive tomorrow morning.";
  auto usual = static_cast<double>(say(*synthesizer, {.text = text}).samples.size());

  auto slow = static_cast<double>(say(*synthesizer, {.text = text, .speed = 0.5}).samples.size());
  auto fast = static_cast<double>(say(*synthesizer, {.text = text, .speed = 2}).samples.size());

  EXPECT_NEAR(slow / usual, 2, 0.2);
  EXPECT_NEAR(fast / usual, 0.5, 0.1);
}

TEST(FliteSynthesizer, says_numbers_in_words) {
  auto synthesizer = make();

  auto digits = say(*synthesizer, {.text = "It costs $42.50."}).samples;
  auto words = say(*synthesizer, {.text = "It costs forty two dollars fifty cents."}).samples;

  EXPECT_NEAR(static_cast<double>(digits.size()), static_cast<double>(words.size()), 3000);
}

TEST(FliteSynthesizer, refuses_what_it_cannot_say) {
  auto synthesizer = make();
  auto refusal = [&](SpeechRequest request) {
    auto audio = sync_wait(synthesizer->speak({}, std::move(request)));
    EXPECT_FALSE(audio.has_value());
    return audio ? ErrorCode::internal : audio.error().code;
  };

  EXPECT_EQ(refusal({.text = "a", .voice = "nobody"}), ErrorCode::invalid);
  EXPECT_EQ(refusal({.text = "a", .language = "de"}), ErrorCode::invalid);
  EXPECT_EQ(refusal({.text = "a", .rate = 44'100}), ErrorCode::invalid);
  EXPECT_EQ(refusal({.text = "a", .speed = 0}), ErrorCode::invalid);
  EXPECT_EQ(refusal({.text = "a", .speed = std::nan("")}), ErrorCode::invalid);
  EXPECT_EQ(refusal({.text = std::string(2001, 'a')}), ErrorCode::too_large);
  EXPECT_FALSE(make_flite_synthesizer({.voice = "nobody"}));
  std::stop_source stop;
  stop.request_stop();
  auto audio = begin(*synthesizer, {.text = "Hello."});
  auto piece = sync_wait(audio->next({.cancellation = stop.get_token()}));
  ASSERT_FALSE(piece);
  EXPECT_EQ(piece.error().code, ErrorCode::cancelled);
}

TEST(FliteSynthesizer, refuses_more_than_may_wait) {
  auto synthesizer = make({.queue_max = 1});
  std::vector<std::unique_ptr<SpeechAudio>> audios;
  ErrorCode refusal{};

  for (int i = 0; i < 100 && refusal == ErrorCode{}; ++i) {
    auto audio = sync_wait(synthesizer->speak({}, {.text = make_long_text()}));
    if (audio)
      audios.push_back(std::move(*audio));
    else
      refusal = audio.error().code;
  }

  EXPECT_EQ(refusal, ErrorCode::unavailable);
}

TEST(FliteSynthesizer, survives_every_text) {
  auto synthesizer = make();
  std::mt19937 random(11);
  std::vector<std::string> texts{"",
                                 " \n\n ",
                                 "...",
                                 "?!",
                                 "((((((",
                                 std::string(2000, '('),
                                 std::string(300, '9'),
                                 std::string(500, '.'),
                                 std::string("a\0b", 3),
                                 "$ $. $1. $1,2,3.4.5 1/0 12:99 1e9 3rd 1990s M.D. x2 -- '' \" `",
                                 "\u65e5\u672c\u8a9e \U0001F600 caf\u00e9 \xff\xfe",
                                 "Yahoo! yahoo! III IV XVII St. Dr. 5'6\" 100% #1 @home <b>&amp;"};
  for (int i = 0; i < 40; ++i) {
    std::string text(random() % 60, ' ');
    for (auto& each : text) each = static_cast<char>(i % 2 == 0 ? random() : ' ' + random() % 95);
    texts.push_back(text);
  }
  for (const auto& text : texts) {
    auto spoken = say(*synthesizer, {.text = text, .speed = 2});

    EXPECT_LT(spoken.samples.size(), 200U * 8000) << text;
  }
  EXPECT_EQ(say(*synthesizer, {.text = "\n"}).samples.size(), 0U);
}

TEST(SpeakableText, is_ascii_that_means_the_same) {
  EXPECT_EQ(make_speakable("Caf\u00e9 \u201cM\u00fcller\u201d"), "Cafe \"Muller\"");
  EXPECT_EQ(make_speakable("it\u2019s 5\u20ac\u2026"), "it's 5 euros ...");
  EXPECT_EQ(make_speakable("a\u00a0b\tc\nd"), "a b c\nd");
  EXPECT_EQ(make_speakable("\xff\U0001F600"), "  ");
  EXPECT_EQ(make_speakable(std::string(41, '1')), std::string(40, '1') + " 1");
}

}  // namespace
}  // namespace aiva
