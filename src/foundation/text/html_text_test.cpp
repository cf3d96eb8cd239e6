#include "foundation/text/html_text.h"

#include <gtest/gtest.h>

#include "foundation/text/utf8.h"

namespace aiva {
namespace {

TEST(HtmlText, is_what_people_read) {
  struct Case {
    std::string_view html;
    std::string_view text;
  };
  for (const Case& test : {
           Case{"", ""},
           Case{"plain  text\nof two lines", "plain text of two lines"},
           Case{"<p>One.</p>\n<ul><li>Two</li><li>Three</li></ul>", "One.\n\n- Two\n- Three"},
           Case{"<P CLASS=\"a>b\">A<BR/>B</P><p>C</p>", "A\nB\n\nC"},
           Case{"a<script>if (a < b) x('</p>')</script>b<style>p{}</style>c", "abc"},
           Case{"<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"},
           Case{"plastics &amp; harsh &lt;dyes&gt; &#228;&#xE4;&auml; &euro;5",
                "plastics & harsh "
                "<dyes> äää €5"},
           Case{"a&nbsp;b &unknown; R&D; &", "a b &unknown; R&D; &"},
           Case{"5 < 6 and 7 > 6 <3", "5 < 6 and 7 > 6 <3"},
           Case{"a<!-- <p>no</p> -->b<!doctype html>c", "abc"},
           Case{"cut <b>of", "cut of"},
           Case{"cut <b", "cut"},
           Case{"cut <!-- no", "cut"},
           Case{"<script>never ends", ""},
       })
    EXPECT_EQ(html_to_text(test.html), test.text) << test.html;
}

TEST(HtmlText, keeps_to_its_limit_and_to_whole_characters) {
  std::string html;
  for (int i = 0; i < 1000; ++i) html += "<b>ä</b>";

  auto text = html_to_text(html, 101);

  EXPECT_EQ(text.size(), 100U);
  EXPECT_TRUE(is_valid_utf8(text));
  EXPECT_TRUE(is_valid_utf8(html_to_text("a\xff\xfe <b>\xc3", 50)));
}

TEST(HtmlText, is_told_from_plain_text) {
  EXPECT_TRUE(looks_like_html("<p>One</p>"));
  EXPECT_TRUE(looks_like_html("One<br>two"));
  EXPECT_TRUE(looks_like_html("Salt &amp; pepper"));
  EXPECT_FALSE(looks_like_html("Salt & pepper; 5 < 6"));
  EXPECT_FALSE(looks_like_html("a <b and no end"));
  EXPECT_FALSE(looks_like_html(""));
}

}  // namespace
}  // namespace aiva
