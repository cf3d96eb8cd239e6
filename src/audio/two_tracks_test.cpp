#include "audio/two_tracks.h"

#include <gmock/gmock.h>

namespace aiva::audio {
namespace {

using Samples = std::vector<std::int16_t>;
using Side = TwoTracks::Side;
using testing::ElementsAre;

Samples taken(TwoTracks& tracks, std::uint64_t until) {
  Samples out;
  tracks.take(until, out);
  return out;
}

TEST(TwoTracks, is_silent_where_a_side_has_nothing) {
  TwoTracks tracks(8000);
  tracks.put(Side::left, 1, Samples{1, 2});
  tracks.put(Side::right, 0, Samples{-1});

  EXPECT_THAT(taken(tracks, 4), ElementsAre(0, -1, 1, 0, 2, 0, 0, 0));
  EXPECT_THAT(taken(tracks, 4), ElementsAre());
  tracks.put(Side::right, 5, Samples{7});
  EXPECT_THAT(taken(tracks, 6), ElementsAre(0, 0, 0, 7));
}

TEST(TwoTracks, keeps_what_is_ahead_until_its_time) {
  TwoTracks tracks(8000);
  tracks.put(Side::right, 0, Samples{1, 2, 3, 4});

  EXPECT_THAT(taken(tracks, 1), ElementsAre(0, 1));
  tracks.cut(Side::right, 3);
  EXPECT_EQ(tracks.end_of(Side::right), 3U);
  EXPECT_EQ(tracks.end_of(Side::left), 1U);
  EXPECT_THAT(taken(tracks, 4), ElementsAre(0, 2, 0, 3, 0, 0));
}

TEST(TwoTracks, replaces_from_where_it_is_put_and_drops_what_is_late) {
  TwoTracks tracks(8000);
  tracks.put(Side::left, 0, Samples{1, 2, 3});
  tracks.put(Side::left, 1, Samples{9});
  EXPECT_THAT(taken(tracks, 2), ElementsAre(1, 0, 9, 0));

  tracks.put(Side::left, 1, Samples{4, 5});
  EXPECT_THAT(taken(tracks, 3), ElementsAre(5, 0));
  tracks.put(Side::left, 0, Samples{6});
  EXPECT_EQ(tracks.end_of(Side::left), 3U);
}

TEST(TwoTracks, holds_ten_seconds_at_most) {
  TwoTracks tracks(8000);
  tracks.put(Side::left, 0, Samples(11 * 8000, 1));
  EXPECT_EQ(tracks.end_of(Side::left), 80'000U);
  tracks.put(Side::right, 90'000, Samples{1});
  EXPECT_EQ(tracks.end_of(Side::right), 0U);
  EXPECT_EQ(taken(tracks, 1'000'000).size(), 2 * 80'000U);
  EXPECT_EQ(tracks.taken(), 80'000U);
}

}  // namespace
}  // namespace aiva::audio
