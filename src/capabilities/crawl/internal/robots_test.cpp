#include "capabilities/crawl/internal/robots.h"

#include <gtest/gtest.h>

#include <string>

namespace aiva::crawl {
namespace {

using std::chrono::milliseconds;

TEST(Robots, obeys_the_group_that_names_it_and_no_other) {
  Robots robots(
      "User-agent: *\nDisallow: /\n\nUser-Agent: Other\nUser-agent: AIVA/1.0\nDisallow: /private\n"
      "User-agent: third\nDisallow: /docs\n",
      "aiva");

  EXPECT_TRUE(robots.allows("/docs"));
  EXPECT_FALSE(robots.allows("/private/x"));
}

TEST(Robots, takes_several_groups_of_its_name_together) {
  Robots robots("User-agent: aiva\nDisallow: /a\n\nUser-agent: aiva\nDisallow: /b\n", "aiva");

  EXPECT_FALSE(robots.allows("/a"));
  EXPECT_FALSE(robots.allows("/b"));
  EXPECT_TRUE(robots.allows("/c"));
}

TEST(Robots, lets_the_longest_rule_decide) {
  Robots robots(
      "User-agent: *\nDisallow: /docs\nAllow: /docs/open\nDisallow: /same\nAllow: /same\n"
      "Disallow: /*.pdf$\nDisallow: /*?session=\nDisallow:\n",
      "aiva");

  EXPECT_FALSE(robots.allows("/docs/secret"));
  EXPECT_TRUE(robots.allows("/docs/open/page"));
  EXPECT_TRUE(robots.allows("/same"));
  EXPECT_FALSE(robots.allows("/files/a.pdf"));
  EXPECT_TRUE(robots.allows("/files/a.pdf.html"));
  EXPECT_FALSE(robots.allows("/cart?session=1"));
  EXPECT_TRUE(robots.allows("/"));
}

TEST(Robots, allows_everything_when_nothing_is_said) {
  for (std::string_view text : {"", "<html>Not found</html>", "Disallow: /", "user-agent: x\n"})
    EXPECT_TRUE(Robots(text, "aiva").allows("/a")) << text;
}

TEST(Robots, tells_the_delay_and_the_sitemaps) {
  Robots robots(
      "\xEF\xBB\xBFSitemap: https://example.com/map.xml # ours\r\nUser-agent: *\r\n"
      "Crawl-delay: 2.5\r\nDisallow: /x\r\n",
      "aiva");

  EXPECT_EQ(robots.delay(), milliseconds(2500));
  ASSERT_EQ(robots.sitemaps().size(), 1U);
  EXPECT_EQ(robots.sitemaps()[0], "https://example.com/map.xml");
  EXPECT_FALSE(robots.allows("/x"));
  EXPECT_EQ(Robots("User-agent: *\nCrawl-delay: soon", "aiva").delay(), milliseconds(0));
  EXPECT_FALSE(Robots("User-agent: *\nCrawl-delay: -1", "aiva").delay().has_value());
}

TEST(Robots, reads_hostile_rules_in_fair_time) {
  std::string text = "User-agent: *\n";
  for (int i = 0; i < 200; ++i) text += "Disallow: /" + std::string(900, '*') + "a$\n";
  Robots robots(text, "aiva");

  EXPECT_TRUE(robots.allows("/" + std::string(1900, 'a') + "b"));
}

}  // namespace
}  // namespace aiva::crawl
