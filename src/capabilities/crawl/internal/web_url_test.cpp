#include "capabilities/crawl/internal/web_url.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace aiva::crawl {
namespace {

std::string normal(std::string_view text) {
  auto url = parse_web_url(text);
  return url ? url->text() : "none";
}

TEST(WebUrl, has_one_form_for_each_address) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"HTTP://Example.COM", "http://example.com/"},
      {"https://example.com:443/a/../b/./c#part", "https://example.com/b/c"},
      {"http://example.com:8080/?q=1#x", "http://example.com:8080/?q=1"},
      {"http://example.com/a/..", "http://example.com/"},
      {"http://example.com/../../a/", "http://example.com/a/"},
      {"http://example.com?", "http://example.com/"},
      {" http://example.com/a b\xC3\xA4 ", "http://example.com/a%20b%C3%A4"},
      {"http://[::1]:80/", "http://[::1]/"},
      {"http://user:secret@example.com/", "none"},
      {"ftp://example.com/", "none"},
      {"javascript:alert(1)", "none"},
      {"//example.com/", "none"},
      {"http:///path", "none"},
      {"http://exa mple.com/", "none"},
      {"http://example.com:0/", "none"},
      {"http://example.com:99999/", "none"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(normal(text), expected) << text;
  EXPECT_EQ(normal("http://e/" + std::string(3000, 'a')), "none");
}

TEST(WebUrl, resolves_references_against_their_page) {
  auto base = *parse_web_url("https://example.com/docs/guide/start.html?lang=en");
  auto to = [&base](std::string_view reference) {
    auto url = resolve(base, reference);
    return url ? url->text() : "none";
  };

  EXPECT_EQ(to("next.html"), "https://example.com/docs/guide/next.html");
  EXPECT_EQ(to("../other/"), "https://example.com/docs/other/");
  EXPECT_EQ(to("/root"), "https://example.com/root");
  EXPECT_EQ(to("?lang=de"), "https://example.com/docs/guide/start.html?lang=de");
  EXPECT_EQ(to("#part"), base.text());
  EXPECT_EQ(to("//cdn.example.com/x"), "https://cdn.example.com/x");
  EXPECT_EQ(to("http://other.example/"), "http://other.example/");
  EXPECT_EQ(to("mailto:someone@example.com"), "none");
  EXPECT_EQ(to("data:text/html,x"), "none");
}

}  // namespace
}  // namespace aiva::crawl
