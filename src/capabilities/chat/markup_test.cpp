#include "capabilities/chat/markup.h"

#include <gtest/gtest.h>

#include <vector>

namespace aiva::chat {
namespace {

struct Case {
  std::string_view given;
  std::string_view expected;
};

TEST(Html, marks_up_the_little_it_knows) {
  for (auto [given, expected] : std::vector<Case>{
           {"Hello.", "<p>Hello.</p>"},
           {"One\ntwo\n\nthree", "<p>One<br>two</p><p>three</p>"},
           {"# Title\ntext", "<h3>Title</h3><p>text</p>"},
           {"- a\n- b\n\nc", "<ul><li>a</li><li>b</li></ul><p>c</p>"},
           {"1. a\n2) b", "<ol><li>a</li><li>b</li></ol>"},
           {"**bold** and `co<de`", "<p><strong>bold</strong> and <code>co&lt;de</code></p>"},
           {"```\na < b\n```", "<pre><code>a &lt; b\n</code></pre>"},
           {"```\nopen", "<pre><code>open\n</code></pre>"},
           {"Paid [2].", "<p>Paid <cite data-source=\"2\">[2]</cite>.</p>"},
           {"a * b ** c", "<p>a * b ** c</p>"},
           {"", ""},
       })
    EXPECT_EQ(to_html(given), expected) << given;
}

TEST(Html, never_lets_markup_of_the_text_through) {
  for (std::string_view hostile :
       {"<script>alert(1)</script>", "[1](javascript:alert(1))", "**<img src=x onerror=y>**",
        "# <b>x</b>", "- <i>", "`</code><script>`", "\"'><svg/onload=1>"}) {
    auto html = to_html(hostile);

    for (std::string_view bad : {"<script", "<img", "<svg", "<i>", "<b>", "href"})
      EXPECT_EQ(html.find(bad), std::string::npos) << html;
  }
}

TEST(PlainText, drops_the_marks_and_keeps_the_words) {
  EXPECT_EQ(to_plain_text("# Title\n- **bold** `code` [1]\n2. second\n```\nx = 1\n```"),
            "Title\nbold code [1]\n2. second\nx = 1");
}

}  // namespace
}  // namespace aiva::chat
