#include <gtest/gtest.h>

#include <string>

#include "documents/formats/xhtml.h"
#include "documents/testing/office_files.h"
#include "documents/testing/read_into_text.h"

namespace aiva::documents {
namespace {

std::string chapter(std::string_view body) {
  return "<?xml version='1.0' encoding='UTF-8'?><!DOCTYPE html><html "
         "xmlns='http://www.w3.org/1999/xhtml'><head><title/></head><body>" +
         std::string(body) + "</body></html>";
}

// A book of these chapters, named c1.xhtml and so on, in the folder "OEBPS".
std::string make_epub(const std::vector<std::string>& chapters, const TestParts& more = {}) {
  ZipWriter zip;
  zip.add("mimetype", "application/epub+zip", {.is_stored = true});
  zip.add("META-INF/container.xml",
          "<container><rootfiles><rootfile full-path='OEBPS/book.opf' "
          "media-type='application/oebps-package+xml'/></rootfiles></container>");
  std::string manifest =
      "<item id='ncx' href='toc.ncx' media-type='application/x-dtbncx+xml'/>"
      "<item id='css' href='a.css' media-type='text/css'/>"
      "<item id='nav' href='nav.xhtml' media-type='application/xhtml+xml' properties='nav'/>";
  std::string spine;
  for (std::size_t i = 0; i < chapters.size(); ++i) {
    auto name = "c" + std::to_string(i + 1);
    manifest += "<item id='" + name + "' href='text/" + name +
                ".xhtml' media-type='application/xhtml+xml'/>";
    spine += "<itemref idref='" + name + "'/>";
    zip.add("OEBPS/text/" + name + ".xhtml", chapters[i]);
  }
  zip.add("OEBPS/book.opf",
          "<package xmlns:dc='d'><metadata><dc:title>The Book</dc:title><dc:language>de-AT"
          "</dc:language></metadata><manifest>" +
              manifest + "</manifest><spine toc='ncx'>" + spine +
              "<itemref idref='css'/></spine></package>");
  for (const auto& [name, content] : more) zip.add(name, content);
  return zip.finish();
}

TEST(EpubFormat, reads_chapters_in_the_order_of_the_spine) {
  auto reading = read_into_text(
      make_epub({chapter("<h1>Eins</h1><p>Text <a id='x'/>hier.</p>"), chapter("<p>Zwei.</p>")}),
      "");
  ASSERT_FALSE(reading.error) << reading.error->message;
  EXPECT_EQ(reading.text(), "p1 heading 1: Eins\np1 paragraph: Text hier.\np2 paragraph: Zwei.\n");
  EXPECT_EQ(reading.summary.title, "The Book");
  EXPECT_EQ(reading.summary.format, FileFormat::epub);
  EXPECT_EQ(reading.summary.pages, 2);
  EXPECT_EQ(reading.summary.pages_read, 2);
}

TEST(EpubFormat, takes_missing_headings_from_the_contents) {
  auto ncx =
      "<!DOCTYPE ncx PUBLIC '-//NISO//DTD ncx 2005-1//EN' 'x.dtd'><ncx><navMap><navPoint><navLabel>"
      "<text>Prologue</text></navLabel><content src='text/c1.xhtml#start'/><navPoint><navLabel>"
      "<text>Later</text></navLabel><content src='text/c1.xhtml#late'/></navPoint>"
      "</navPoint></navMap></ncx>";
  auto nav = chapter("<nav><ol><li><a href='text/c2.xhtml'>The <i>second</i></a></li></ol></nav>");
  auto reading = read_into_text(
      make_epub({chapter("<p>One.</p>"), chapter("<p>Two.</p>"), chapter("<h2>Own</h2>")},
                {{"OEBPS/toc.ncx", ncx}, {"OEBPS/nav.xhtml", nav}}),
      "");
  EXPECT_EQ(reading.text(),
            "p1 heading 1: Prologue\np1 paragraph: One.\np2 heading 1: The second\n"
            "p2 paragraph: Two.\np3 heading 2: Own\n");
}

TEST(EpubFormat, refuses_protected_books_but_not_scrambled_fonts) {
  auto encryption = [](std::string_view algorithm, std::string_view file) {
    return "<encryption><EncryptedData><EncryptionMethod Algorithm='" + std::string(algorithm) +
           "'/><CipherData><CipherReference URI='" + std::string(file) +
           "'/></CipherData></EncryptedData></encryption>";
  };
  auto read = [&](const std::string& xml) {
    return read_into_text(make_epub({chapter("<p>x</p>")}, {{"META-INF/encryption.xml", xml}}), "");
  };

  auto locked =
      read(encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OEBPS/text/c1.xhtml"));
  ASSERT_TRUE(locked.error);
  EXPECT_EQ(locked.error->code, ErrorCode::invalid);
  EXPECT_TRUE(locked.error->message.contains("DRM"));
  EXPECT_FALSE(read(encryption("http://www.idpf.org/2008/embedding", "OEBPS/font.otf")).error);
}

TEST(EpubFormat, cuts_long_titles_between_characters) {
  std::string title;
  for (int i = 0; i < 200; ++i) title += "x\u00e9";
  auto ncx = "<ncx><navPoint><navLabel><text>" + title +
             "</text></navLabel><content src='text/c1.xhtml'/></navPoint></ncx>";
  auto reading = read_into_text(make_epub({chapter("<p>One.</p>")}, {{"OEBPS/toc.ncx", ncx}}), "");
  ASSERT_EQ(reading.blocks.size(), 2U);
  EXPECT_EQ(reading.blocks[0].text, title.substr(0, 300));
}

TEST(EpubFormat, goes_on_behind_a_missing_chapter) {
  auto bytes = make_epub({chapter("<p>here</p>"), ""});
  auto reading = read_into_text(bytes, "");
  ASSERT_FALSE(reading.error);
  EXPECT_EQ(reading.text(), "p1 paragraph: here\n");
  EXPECT_EQ(reading.summary.pages_read, 1);
  EXPECT_TRUE(reading.summary.partial_reason.starts_with("Chapter 2: "));
}

TEST(EpubFormat, delivers_the_images_of_chapters) {
  std::string png("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\x02\0\0\0\x03\x08\x02\0\0\0", 29);
  auto bytes =
      make_epub({chapter("<p>x</p><img alt='' src=\"../img/a%20b.png\"/><!-- <img src='no'> -->")},
                {{"OEBPS/img/a b.png", png}});
  std::vector<std::string> names;
  DocumentSink sink{.blocks = [](std::vector<Block>) -> Result<void> { return {}; },
                    .file = [&](const EmbeddedFile& file, std::string_view, bool) -> Result<void> {
                      names.push_back(file.name + " " + file.media_type);
                      return {};
                    }};
  auto formats = make_all_formats(nullptr);
  auto summary = read_document(bytes, {.wants_images = true}, formats, sink);
  ASSERT_TRUE(summary);
  EXPECT_EQ(names, std::vector<std::string>{"OEBPS/img/a b.png image/png"});
}

TEST(EpubFormat, says_what_is_wrong_with_a_damaged_book) {
  auto empty = read_into_text(make_epub({}), "");
  ASSERT_TRUE(empty.error);
  EXPECT_EQ(empty.error->message, "The book has no chapters");
  auto bare = read_into_text(ZipWriter().add("mimetype", "application/epub+zip").finish(), "");
  ASSERT_TRUE(bare.error);
}

TEST(Xhtml, closes_empty_elements_that_html_leaves_open) {
  EXPECT_EQ(
      close_empty_elements("<p/><a href='x>y'/>t<br/><img src='/'/><b>c</b> < /> <!-- <p/> -->"),
      "<p></p><a href='x>y'></a>t<br/><img src='/'/><b>c</b> < /> <!-- <p/> -->");
  EXPECT_EQ(close_empty_elements("<p title='unclosed/>"), "<p title='unclosed/>");
}

}  // namespace
}  // namespace aiva::documents
