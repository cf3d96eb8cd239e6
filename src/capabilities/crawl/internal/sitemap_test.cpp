#include "capabilities/crawl/internal/sitemap.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <vector>

namespace aiva::crawl {
namespace {

using Texts = std::vector<std::string>;

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

const std::string pages =
    "<?xml version=\"1.0\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">"
    "<url><loc> https://example.com/a?x=1&amp;y=2 </loc><lastmod>2025-01-01</lastmod></url>"
    "<url><location>no</location><loc><![CDATA[https://example.com/b]]></loc></url></urlset>";

TEST(Sitemap, lists_pages) {
  auto sitemap = read_sitemap(pages, 100);

  ASSERT_TRUE(sitemap.has_value());
  EXPECT_EQ(sitemap->pages, (Texts{"https://example.com/a?x=1&y=2", "https://example.com/b"}));
  EXPECT_TRUE(sitemap->sitemaps.empty());
}

TEST(Sitemap, lists_other_sitemaps) {
  auto sitemap = read_sitemap(
      "<sitemapindex><sitemap><loc>https://example.com/1.xml.gz</loc></sitemap></sitemapindex>",
      100);

  EXPECT_EQ(sitemap->sitemaps, Texts{"https://example.com/1.xml.gz"});
}

TEST(Sitemap, is_read_when_it_is_packed_or_plain_text) {
  EXPECT_EQ(read_sitemap(gzip(pages), 100)->pages.size(), 2U);
  EXPECT_EQ(read_sitemap("https://example.com/a\r\nftp://x\nhttps://example.com/b", 100)->pages,
            (Texts{"https://example.com/a", "https://example.com/b"}));
}

TEST(Sitemap, keeps_to_the_most_addresses) { EXPECT_EQ(read_sitemap(pages, 1)->pages.size(), 1U); }

TEST(Sitemap, refuses_what_is_none_and_what_grows_too_large) {
  EXPECT_EQ(read_sitemap("<html></html>", 10).error().code, ErrorCode::invalid);
  EXPECT_EQ(read_sitemap(gzip(pages).substr(0, 60), 10).error().code, ErrorCode::invalid);
  EXPECT_EQ(read_sitemap(gzip(std::string(53'000'000, ' ')), 10).error().code,
            ErrorCode::too_large);
  EXPECT_TRUE(read_sitemap("<urlset><loc>unclosed", 10)->pages.empty());
}

}  // namespace
}  // namespace aiva::crawl
