#include "capabilities/chat/links.h"

#include <gtest/gtest.h>

namespace aiva::chat {
namespace {

const Hosts known = {"shop.example", "www.help.example"};

// What is left of a text that comes in pieces of that many bytes.
std::string filtered(std::string_view text, std::size_t piece) {
  LinkFilter filter(known);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece)
    out += filter.push(text.substr(at, piece));
  return out + filter.finish();
}

TEST(LinkFilter, keeps_links_to_known_hosts_and_makes_the_others_harmless) {
  struct Case {
    std::string_view text;
    std::string_view left;
  };
  for (const auto& [text, left] : std::initializer_list<Case>{
           {"See [here](https://shop.example/a?b=c) now.",
            "See [here](https://shop.example/a?b=c) now."},
           {"See [here](https://evil.example/a) now.", "See [here] now."},
           {"![x](https://evil.example/p?d=secret)", "![x]"},
           {"![x](HTTPS://SHOP.EXAMPLE/p)", "![x](HTTPS://SHOP.EXAMPLE/p)"},
           {"![x](//evil.example/p)", "![x]"},
           {"![x](/relative)", "![x]"},
           {"[x](javascript:alert(1))", "[x])"},
           {"[x](https://shop.example@evil.example/)", "[x]"},
           {"[x](https://evil.example\\@shop.example/)", "[x]"},
           {"[x](https://shop.example:443/)", "[x](https://shop.example:443/)"},
           {"[x](https://evil.example/ \"t\")", "[x]"},
           {"[x](<https://evil.example/>)", "[x]"},
           {"[x](mailto:a@b.example)", "[x](mailto:a@b.example)"},
           {"[x](https://evil.example/never closed", "[x]"},
           {"Go to https://evil.example/a, please.", "Go to evil.example/a, please."},
           {"Go to https://shop.example/a, please.", "Go to https://shop.example/a, please."},
           {"httphttps://evil.example", "httpevil.example"},
           {"http://https://evil.example", "evil.example"},
           {"www.evil.example www.help.example", "evil.example www.help.example"},
           {"[a]: https://evil.example/x\n![a]", "[a]:\n![a]"},
           {"[1]: two things", "[1]: two things"},
           {"Refunds take 14 days [1][2].", "Refunds take 14 days [1][2]."},
           {"how hot", "how hot"},
           {"```\ncurl https://any.example\n```\n![x](https://evil.example)",
            "```\ncurl https://any.example\n```\n![x]"},
           {"`![x](https://evil.example)", "`![x]"},
       }) {
    for (std::size_t piece : {1U, 3U, 1000U}) EXPECT_EQ(filtered(text, piece), left) << piece;
  }
}

TEST(LinkFilter, holds_back_no_more_than_a_link) {
  LinkFilter filter(known);

  EXPECT_EQ(filter.push("Hello th"), "Hello t");
  EXPECT_EQ(filter.push("ere [1] and"), "here [1] and");
  EXPECT_LE(filter.push("](" + std::string(5000, 'x')).size(), 5002U);
  EXPECT_EQ(filter.removed(), 1);
}

TEST(LinkFilter, knows_the_hosts_of_a_text) {
  Hosts hosts;

  collect_hosts("See https://A.example/x, (http://b.example:8080) and www.c.example.", hosts);

  EXPECT_EQ(hosts, (Hosts{"a.example", "b.example", "www.c.example"}));
}

}  // namespace
}  // namespace aiva::chat
