#include "capabilities/crawl/internal/page_links.h"

#include <gtest/gtest.h>

namespace aiva::crawl {
namespace {

TEST(PageLinks, are_resolved_against_the_base_of_the_page) {
  auto url = *parse_web_url("https://shop.example/docs/start");

  auto page = parse_page_links(
      "# base /manual/\n# canonical https://shop.example/docs/\n# robots nofollow, noarchive\n"
      "intro\n/intro\nintro\nmailto:x@example.com\nhttps://other.example/\n",
      url);

  ASSERT_EQ(page.links.size(), 3U);
  EXPECT_EQ(page.links[0].text(), "https://shop.example/manual/intro");
  EXPECT_EQ(page.links[1].text(), "https://shop.example/intro");
  EXPECT_EQ(page.links[2].text(), "https://other.example/");
  EXPECT_EQ(page.canonical->text(), "https://shop.example/docs/");
  EXPECT_TRUE(page.may_be_kept);
  EXPECT_FALSE(page.may_be_followed);
}

TEST(PageLinks, are_limited_in_number) {
  std::string list;
  for (int i = 0; i < 6000; ++i) list += "/p" + std::to_string(i) + "\n";

  EXPECT_EQ(parse_page_links(list, *parse_web_url("https://shop.example/")).links.size(), 5000U);
}

}  // namespace
}  // namespace aiva::crawl
