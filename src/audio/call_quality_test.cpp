#include "audio/call_quality.h"

#include <gtest/gtest.h>

namespace aiva::audio {
namespace {

TEST(CallQuality, follows_the_tables_of_the_recommendation) {
  struct Case {
    CarriedAudio audio;
    double rating;
    double score;
  };
  const Case cases[] = {
      {{}, 93.2, 4.41},
      {{.delay_ms = 100}, 90.8, 4.36},
      {{.delay_ms = 100, .jitter_ms = 25}, 89.6, 4.33},
      {{.delay_ms = 300}, 72.5, 3.71},
      {{.loss = 0.02}, 86.2, 4.24},
      {{.loss = 0.02, .is_concealed = false}, 63.0, 3.25},
      {{.loss = 0.02, .burst_ratio = 2}, 85.9, 4.23},
      {{.loss = 1}, 17.3, 1.18},
      {{.delay_ms = 5000}, 0, 1},
      {{.delay_ms = -5, .jitter_ms = -5, .loss = -1, .burst_ratio = 0}, 93.2, 4.41},
  };
  for (const auto& [audio, rating, score] : cases) {
    EXPECT_NEAR(rate_transmission(audio), rating, 0.1);
    EXPECT_NEAR(to_mean_opinion_score(rate_transmission(audio)), score, 0.01) << rating;
  }
}

TEST(CallQuality, never_leaves_its_scale) {
  for (double rating = -10; rating < 120; rating += 0.5) {
    EXPECT_GE(to_mean_opinion_score(rating), 1) << rating;
    EXPECT_LE(to_mean_opinion_score(rating), 4.5) << rating;
  }
}

}  // namespace
}  // namespace aiva::audio
