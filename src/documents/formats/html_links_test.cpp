#include "documents/formats/html_links.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "documents/formats/html_tree.h"
#include "documents/read_document.h"

namespace aiva::documents {
namespace {

std::string links_of(std::string_view html) {
  HtmlTree tree(html);
  return list_links(tree.root());
}

TEST(HtmlLinks, come_from_everywhere_on_the_page_as_they_are_written) {
  EXPECT_EQ(links_of("<html><head><base href='/docs/'><link rel=canonical href='https://e/x'>"
                     "<meta name=Robots content='NoIndex'></head><body><nav><a href='a?b&amp;c'>x"
                     "</a></nav><main><p>text <a href=' two\n'>y</a></p><a href='#top'>z</a>"
                     "<a name=x>none</a><a rel='nofollow' href='/no'>n</a></main>"
                     "<iframe src='frame.html'></iframe><map><area href=map></map></body></html>"),
            "# base /docs/\n# canonical https://e/x\n# robots noindex\n"
            "a?b&c\ntwo\nframe.html\nmap\n");
}

TEST(HtmlLinks, of_a_hostile_page_stay_within_limits) {
  std::string html = "<a href='" + std::string(5000, 'x') + "'>long</a>";
  for (int i = 0; i < 400; ++i) html += "<div>";
  html += "<a href=deep>";
  EXPECT_EQ(links_of(html), "deep\n");

  std::string many;
  for (int i = 0; i < 3000; ++i) many += "<a href='" + std::string(1000, 'y') + "'>";
  EXPECT_LE(links_of(many).size(), 2U * 1024 * 1024 + 2000);
}

TEST(HtmlLinks, are_delivered_of_the_page_itself_and_not_of_its_parts) {
  auto files_of = [](std::string_view bytes, const std::string& name, bool wants_documents) {
    std::vector<std::string> found;
    DocumentSink sink;
    sink.blocks = [](const std::vector<Block>&) { return Result<void>(); };
    sink.file = [&found](const EmbeddedFile& file, std::string_view text, bool) -> Result<void> {
      found.push_back(file.media_type + ": " + std::string(text));
      return {};
    };
    auto formats = make_all_formats(nullptr);
    ReadRequest request{.file_name = name, .wants_documents = wants_documents};
    EXPECT_TRUE(read_document(bytes, request, formats, sink).has_value());
    return found;
  };
  constexpr std::string_view page = "<html><body><p>Text <a href='/x'>x</a></p></body></html>";
  auto mail =
      "From: a@example.com\r\nTo: b@example.com\r\nSubject: Links\r\n"
      "Date: Mon, 3 Mar 2025 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/html\r\n\r\n" +
      std::string(page) + "\r\n";

  EXPECT_EQ(files_of(page, "page.html", true), std::vector<std::string>{"text/uri-list: /x\n"});
  EXPECT_TRUE(files_of(page, "page.html", false).empty());
  EXPECT_TRUE(files_of(mail, "mail.eml", true).empty());
}

}  // namespace
}  // namespace aiva::documents
