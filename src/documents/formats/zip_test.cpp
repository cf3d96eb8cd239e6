#include <gtest/gtest.h>

#include <string>

#include "documents/testing/office_files.h"
#include "documents/testing/read_into_text.h"

namespace aiva::documents {
namespace {

TEST(ZipFormat, reads_its_documents_one_after_the_other) {
  auto bytes = ZipWriter()
                   .add("notes/", "", {.is_stored = true})
                   .add("notes/a.txt", "Some words.\n")
                   .add("b.docx", make_docx(word_paragraph("Big", "<w:outlineLvl w:val='0'/>")))
                   .add("__MACOSX/notes/._a.txt", "junk")
                   .add(".hidden/x.txt", "junk")
                   .add("data.bin",
                        "\x7F"
                        "ELF of some kind")
                   .finish();

  auto reading = read_into_text(bytes, "all.zip");

  ASSERT_FALSE(reading.error) << reading.error->message;
  EXPECT_EQ(reading.summary.format, FileFormat::zip);
  EXPECT_EQ(reading.text(),
            "p1 heading 1: notes/a.txt\np1 paragraph: Some words.\np2 heading 1: b.docx\n"
            "p2 heading 2: Big\n");
  EXPECT_EQ(reading.summary.pages, 3);
  EXPECT_EQ(reading.summary.pages_read, 3);
}

struct Delivered {
  std::vector<std::string> files;
  Result<DocumentSummary> summary;
};

Delivered deliver(const std::string& bytes) {
  Delivered delivered;
  DocumentSink sink{
      .blocks = [](std::vector<Block>) -> Result<void> { return {}; },
      .file = [&](const EmbeddedFile& file, std::string_view content,
                  bool is_last) -> Result<void> {
        EXPECT_EQ(file.kind, EmbeddedFile::Kind::document);
        if (is_last)
          delivered.files.push_back(file.name + "=" + std::string(content.substr(0, 20)));
        return {};
      }};
  auto formats = make_all_formats(nullptr);
  delivered.summary = read_document(bytes, {.wants_documents = true}, formats, sink);
  return delivered;
}

TEST(ZipFormat, hands_its_documents_over) {
  auto deepest = ZipWriter().add("deep.txt", "too deep").finish();
  auto inner = ZipWriter().add("in.txt", "inside").add("more.zip", deepest).finish();
  auto bytes = ZipWriter()
                   .add("../../up.txt", "words")
                   .add("/etc/absolute.txt", "text")
                   .add("inner.zip", inner)
                   .add("picture.bin", std::string("\0\1", 2))
                   .finish();

  auto delivered = deliver(bytes);

  ASSERT_TRUE(delivered.summary);
  EXPECT_EQ(delivered.files, (std::vector<std::string>{"up.txt=words", "etc/absolute.txt=text",
                                                       "inner.zip/in.txt=inside"}));
  EXPECT_EQ(delivered.summary->pages, 4);
  EXPECT_EQ(delivered.summary->pages_read, 3);
  EXPECT_TRUE(delivered.summary->partial_reason.contains("inner.zip: Archives nest too deep"));
}

TEST(ZipFormat, goes_on_behind_a_damaged_file) {
  auto bytes = ZipWriter()
                   .add("bad.txt", "words", {.checksum = 1})
                   .add("locked.txt", "words", {.flags = 1})
                   .add("good.txt", "fine words")
                   .finish();
  auto delivered = deliver(bytes);
  ASSERT_TRUE(delivered.summary);
  EXPECT_EQ(delivered.files, std::vector<std::string>{"good.txt=fine words"});
  EXPECT_EQ(delivered.summary->pages_read, 1);
  EXPECT_TRUE(delivered.summary->partial_reason.starts_with("bad.txt: The file is damaged"));
  EXPECT_TRUE(delivered.summary->partial_reason.ends_with("(and 1 more files)"));
}

TEST(ZipFormat, refuses_archives_without_documents) {
  for (const auto& bytes :
       {ZipWriter().finish(), ZipWriter().add("a/", "").finish(),
        ZipWriter().add("a.bin", std::string("\0\1", 2)).finish(),
        ZipWriter().add("a.txt", "x", {.flags = 1}).finish(), std::string("PK\x03\x04 broken")}) {
    auto reading = read_into_text(bytes, "");
    ASSERT_TRUE(reading.error);
    EXPECT_EQ(reading.error->code, ErrorCode::invalid);
  }
}

TEST(ZipFormat, refuses_a_bomb) {
  auto bomb = std::string(20 << 20, ' ') + "x";
  auto reading = read_into_text(ZipWriter().add("a.txt", bomb).finish(), "");
  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.error->code, ErrorCode::too_large);
}

}  // namespace
}  // namespace aiva::documents
