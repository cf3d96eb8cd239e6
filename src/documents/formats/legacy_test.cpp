#include <gtest/gtest.h>

#include <string>

#include "documents/formats/legacy_container.h"
#include "documents/testing/office_files.h"
#include "documents/testing/read_into_text.h"

namespace aiva::documents {
namespace {

void put(std::string& bytes, std::size_t at, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i)
    bytes[at + static_cast<std::size_t>(i)] =
        static_cast<char>(value >> (8U * static_cast<unsigned>(i)));
}

// A compound file of one table sector and one sector of directory entries.
std::string container_with(std::string_view stream) {
  std::string bytes(512 * 3, '\0');
  bytes.replace(0, 8, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
  put(bytes, 30, 9, 2);
  put(bytes, 48, 1, 4);            // the directory is in sector 1
  put(bytes, 76, 0, 4);            // the table is in sector 0
  put(bytes, 512, 0xFFFFFFFD, 4);  // sector 0 is a table
  put(bytes, 516, 0xFFFFFFFE, 4);  // sector 1 is the end of a chain
  std::string_view root = "Root Entry";
  for (std::size_t i = 0; i < root.size(); ++i) bytes[1024 + i * 2] = root[i];
  put(bytes, 1024 + 64, static_cast<std::uint32_t>(root.size() * 2 + 2), 2);
  for (std::size_t i = 0; i < stream.size(); ++i) bytes[1152 + i * 2] = stream[i];
  put(bytes, 1152 + 64, static_cast<std::uint32_t>(stream.size() * 2 + 2), 2);
  return bytes;
}

TEST(Legacy, is_told_by_the_names_of_streams) {
  EXPECT_EQ(recognise_ole(container_with("WordDocument")), OleContent::doc);
  EXPECT_EQ(recognise_ole(container_with("Workbook")), OleContent::xls);
  EXPECT_EQ(recognise_ole(container_with("Book")), OleContent::xls);
  EXPECT_EQ(recognise_ole(container_with("PowerPoint Document")), OleContent::ppt);
  EXPECT_EQ(recognise_ole(container_with("Contents")), OleContent::unknown);
  EXPECT_EQ(recognise_ole("text"), OleContent::none);
}

TEST(Legacy, is_refused_with_advice) {
  auto reading = read_into_text(container_with("WordDocument"), "a.docx");
  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.error->code, ErrorCode::invalid);
  EXPECT_EQ(reading.error->message,
            "The document is of the Office 97-2003 kind, which takes a converter to read, and none "
            "is installed: install LibreOffice or catdoc on the server, or save it as DOCX or PDF");
}

// What is read of a document of which a converter makes `converted`.
Reading read_converted(std::string_view stream, const Result<Converted>& converted) {
  Reading reading;
  DocumentSink sink{.blocks = [&](std::vector<Block> batch) -> Result<void> {
                      for (auto& block : batch) reading.blocks.push_back(std::move(block));
                      return {};
                    },
                    .progress = {}};
  auto formats = make_all_formats(nullptr);
  Convert convert = [&](FileFormat, std::string_view) { return converted; };
  auto summary =
      read_document(container_with(stream), {.file_name = "a"}, formats, sink, {}, &convert);
  if (summary)
    reading.summary = std::move(*summary);
  else
    reading.error = std::move(summary).error();
  return reading;
}

TEST(Legacy, is_read_as_what_a_converter_makes_of_it) {
  auto docx = Converted{.format = FileFormat::docx,
                        .bytes = make_docx("<w:p><w:r><w:t>Hello</w:t></w:r></w:p>")};

  auto newer = read_converted("WordDocument", docx);
  auto slides = read_converted("PowerPoint Document",
                               Converted{.format = FileFormat::text, .bytes = "One\n\fTwo\n\f"});

  EXPECT_EQ(newer.text(), "p1 paragraph: Hello\n");
  EXPECT_EQ(newer.summary.format, FileFormat::doc);
  EXPECT_EQ(slides.text(), "p1 heading 2: One\np2 heading 2: Two\n");
  EXPECT_EQ(slides.summary.format, FileFormat::ppt);
}

TEST(Legacy, believes_no_converter_what_it_made) {
  constexpr auto wrong = "The converter made something else of the document";
  for (const auto& converted : {Converted{.format = FileFormat::docx, .bytes = "no archive"},
                                Converted{.format = FileFormat::pptx, .bytes = ""},
                                Converted{.format = FileFormat::pdf, .bytes = "%PDF-1.7"}}) {
    auto reading = read_converted("WordDocument", converted);
    ASSERT_TRUE(reading.error);
    EXPECT_EQ(reading.error->message, wrong);
  }
  auto failed = read_converted("WordDocument", fail(ErrorCode::timeout, "Too long"));
  ASSERT_TRUE(failed.error);
  EXPECT_EQ(failed.error->code, ErrorCode::timeout);
}

TEST(Legacy, survives_chains_in_a_circle_and_any_changed_byte) {
  auto whole = container_with("x");
  put(whole, 516, 1, 4);
  EXPECT_EQ(recognise_ole(whole), OleContent::unknown);
  for (std::size_t i = 8; i < whole.size(); ++i) {
    for (int value : {0, 1, 127, 255}) {
      auto changed = whole;
      changed[i] = static_cast<char>(value);
      EXPECT_NE(recognise_ole(changed), OleContent::none);
    }
  }
}

}  // namespace
}  // namespace aiva::documents
