#include "documents/archive/zip_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "documents/archive/part_names.h"
#include "documents/archive/zip_directory.h"
#include "documents/testing/zip_writer.h"

namespace aiva::documents {
namespace {

// Words that do not pack well, always the same.
std::string words(std::size_t bytes) {
  std::string out;
  std::uint32_t state = 1;
  while (out.size() < bytes) {
    state = state * 1664525 + 1013904223;
    out += static_cast<char>('a' + state % 26);
    if (state % 7 == 0) out += ' ';
  }
  return out;
}

ErrorCode code_of(const auto& result) { return result ? ErrorCode::internal : result.error().code; }

TEST(ZipReader, reads_stored_and_deflated_entries) {
  auto text = words(5000);
  auto bytes = ZipWriter().add("a/one.txt", text).add("two.txt", "2", {.is_stored = true}).finish();

  auto zip = ZipReader::open(bytes);

  ASSERT_TRUE(zip) << zip.error().message;
  ASSERT_EQ(zip->entries().size(), 2U);
  EXPECT_EQ(zip->entries()[0].name, "a/one.txt");
  EXPECT_EQ(zip->read("A/One.TXT").value_or(""), text);
  EXPECT_EQ(zip->read("two.txt").value_or(""), "2");
  EXPECT_EQ(code_of(zip->read("three.txt")), ErrorCode::not_found);
}

TEST(ZipReader, reads_entries_of_every_small_size) {
  for (std::size_t size = 1; size < 100; ++size) {
    auto bytes = ZipWriter().add("a", words(size).substr(0, size)).finish();
    auto zip = ZipReader::open(bytes);
    ASSERT_TRUE(zip);
    EXPECT_EQ(zip->read("a").value_or("").size(), size);
  }
}

TEST(ZipReader, reads_empty_entries_and_folders) {
  auto bytes = ZipWriter().add("folder/", "", {.is_stored = true}).add("folder/empty", "").finish();

  auto zip = ZipReader::open(bytes);

  ASSERT_TRUE(zip);
  EXPECT_TRUE(zip->entries()[0].is_folder);
  EXPECT_EQ(zip->entries()[0].name, "folder");
  EXPECT_EQ(zip->read("folder/empty").value_or("?"), "");
}

TEST(ZipReader, opens_an_archive_without_entries) {
  auto bytes = ZipWriter().finish();
  auto zip = ZipReader::open(bytes);
  ASSERT_TRUE(zip);
  EXPECT_TRUE(zip->entries().empty());
}

TEST(ZipReader, reads_an_archive_behind_other_bytes_and_before_a_comment) {
  auto bytes = "#!/bin/sh\n" + ZipWriter().add("a", "first").add("b", "second").finish();

  auto zip = ZipReader::open(bytes);

  ASSERT_TRUE(zip) << zip.error().cause;
  EXPECT_EQ(zip->read("b").value_or(""), "second");
}

TEST(ZipReader, takes_sizes_from_the_zip64_field) {
  auto bytes = ZipWriter().add("a", words(300), {.is_zip64 = true}).finish();
  auto zip = ZipReader::open(bytes);
  ASSERT_TRUE(zip);
  EXPECT_EQ(zip->read("a").value_or(""), words(300));
}

TEST(ZipReader, finds_the_directory_by_the_zip64_end_record) {
  auto inner = ZipWriter().add("a", "words").finish();
  auto directory = inner.find("PK\x01\x02");
  auto end = inner.find("PK\x05\x06");
  auto number = [](std::uint64_t value, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
    return out;
  };
  auto bytes = inner.substr(0, end) + "PK\x06\x06" + number(44, 8) + number(45, 2) + number(45, 2) +
               number(0, 8) + number(1, 8) + number(1, 8) + number(end - directory, 8) +
               number(directory, 8) + "PK\x06\x07" + number(0, 4) + number(end, 8) + number(1, 4) +
               "PK\x05\x06" + number(0, 4) + number(0xFFFF, 2) + number(0xFFFF, 2) +
               number(0xFFFFFFFF, 4) + number(0xFFFFFFFF, 4) + number(0, 2);

  auto zip = ZipReader::open(bytes);

  ASSERT_TRUE(zip) << zip.error().cause;
  EXPECT_EQ(zip->read("a").value_or(""), "words");
}

TEST(ZipReader, refuses_bytes_that_are_no_archive) {
  auto whole = ZipWriter().add("a", words(500)).finish();
  for (const auto& bytes : {std::string(), std::string("PK\x03\x04"), whole.substr(0, 200),
                            whole.substr(0, whole.size() - 30), words(100000)})
    EXPECT_EQ(code_of(ZipReader::open(bytes)), ErrorCode::invalid);
}

TEST(ZipReader, refuses_entries_that_lie_over_each_other) {
  auto bytes = ZipWriter().add("a", words(500)).add("b", words(500), {.local_offset = 0}).finish();

  auto zip = ZipReader::open(bytes);

  ASSERT_FALSE(zip);
  EXPECT_EQ(zip.error().code, ErrorCode::invalid);
  EXPECT_TRUE(zip.error().message.contains("over each other"));
}

TEST(ZipReader, refuses_too_many_entries) {
  ZipWriter writer;
  for (int i = 0; i < 11; ++i) writer.add("f" + std::to_string(i), "x");
  EXPECT_EQ(code_of(ZipReader::open(writer.finish(), {.entries_max = 10})), ErrorCode::too_large);
}

TEST(ZipReader, refuses_a_directory_that_claims_more_entries_than_it_has) {
  auto bytes = ZipWriter().add("a", "x").finish(5000);
  EXPECT_EQ(code_of(ZipReader::open(bytes)), ErrorCode::invalid);
}

TEST(ZipReader, refuses_an_entry_that_unpacks_to_more_than_the_limits) {
  auto zeros = std::string(1 << 20, '\0');
  auto bytes = ZipWriter().add("a", zeros).add("b", zeros).finish();

  auto zip = ZipReader::open(bytes, {.unpacked_bytes_max = 3 << 19, .ratio_free_bytes = 2 << 20});
  ASSERT_TRUE(zip);
  EXPECT_EQ(code_of(zip->read("a", 1000)), ErrorCode::too_large);
  EXPECT_TRUE(zip->read("a"));
  EXPECT_EQ(code_of(zip->read("b")), ErrorCode::too_large);

  auto tight = ZipReader::open(bytes, {.ratio_free_bytes = 1000});
  ASSERT_TRUE(tight);
  EXPECT_EQ(code_of(tight->read("a")), ErrorCode::too_large);
}

TEST(ZipReader, believes_no_size_that_deflate_cannot_reach) {
  auto bytes = ZipWriter().add("a", "tiny", {.bytes = 15 << 20}).finish();
  auto zip = ZipReader::open(bytes);
  ASSERT_TRUE(zip);
  EXPECT_EQ(code_of(zip->read("a")), ErrorCode::invalid);
}

TEST(ZipReader, notices_damage) {
  auto text = words(500);
  struct Case {
    const char* what;
    ZipWriter::Claims claims;
  };
  for (const auto& [what, claims] :
       {Case{"wrong checksum", {.checksum = 7}}, Case{"too short", {.bytes = 499}},
        Case{"too long", {.bytes = 501}}, Case{"unknown method", {.method = 12}},
        Case{"no deflated bytes", {.is_stored = true, .method = 8}},
        Case{"outside of the file", {.local_offset = 1U << 30}},
        Case{"stored with a wrong length", {.is_stored = true, .bytes = 3}}}) {
    auto bytes = ZipWriter().add("good", "fine").add("bad", text, claims).finish();
    auto zip = ZipReader::open(bytes);
    ASSERT_TRUE(zip) << what;
    EXPECT_EQ(code_of(zip->read("bad")), ErrorCode::invalid) << what;
    EXPECT_EQ(zip->read("good").value_or(""), "fine") << what;
  }
}

TEST(ZipReader, says_that_an_entry_is_protected_with_a_password) {
  auto bytes = ZipWriter().add("a", "secret", {.flags = 1}).finish();
  auto zip = ZipReader::open(bytes);
  ASSERT_TRUE(zip);
  auto read = zip->read("a");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::invalid);
  EXPECT_TRUE(read.error().message.contains("protected with a password"));
}

TEST(ZipReader, survives_any_wrong_byte) {
  auto whole =
      ZipWriter().add("a/b.xml", words(400)).add("c", words(90), {.is_stored = true}).finish();
  int opened = 0;
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (int flip : {0x01, 0x80, 0xFF}) {
      auto bytes = whole;
      bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ flip);
      auto zip = ZipReader::open(bytes);
      if (!zip) continue;
      ++opened;
      for (const auto& entry : zip->entries()) {
        auto read = zip->read(entry);
        if (read) EXPECT_LE(read->size(), 400U + 400U);
      }
    }
  EXPECT_GT(opened, 100);
}

TEST(SanitiseEntryName, keeps_a_name_inside_its_folder) {
  EXPECT_EQ(sanitise_entry_name("../../etc/passwd"), "etc/passwd");
  EXPECT_EQ(sanitise_entry_name("/a//b/./c"), "a/b/c");
  EXPECT_EQ(sanitise_entry_name("C:\\docs\\..\\x.txt"), "docs/x.txt");
  EXPECT_EQ(sanitise_entry_name("a\nb\x7F.txt"), "ab.txt");
  EXPECT_EQ(sanitise_entry_name(std::string("a\0.exe", 6)), "a");
  EXPECT_EQ(sanitise_entry_name("gr\xFCn"), "gr\xEF\xBF\xBDn");
  EXPECT_EQ(sanitise_entry_name(".."), "");
  EXPECT_EQ(sanitise_entry_name(std::string(5000, 'a')).size(), 1024U);
}

TEST(ZipReader, reads_names_of_the_old_code_page) {
  auto bytes = ZipWriter()
                   .add(
                       "\x81"
                       "ber.txt",
                       "x", {.flags = 0})
                   .finish();
  auto zip = ZipReader::open(bytes);
  ASSERT_TRUE(zip);
  EXPECT_EQ(zip->entries()[0].name, "über.txt");
}

TEST(ResolvePartName, follows_references_between_parts) {
  EXPECT_EQ(resolve_part_name("ppt/slides/s.xml", "../media/a%20b.png"), "ppt/media/a b.png");
  EXPECT_EQ(resolve_part_name("word/document.xml", "/docProps/core.xml"), "docProps/core.xml");
  EXPECT_EQ(resolve_part_name("", "word/document.xml"), "word/document.xml");
  EXPECT_EQ(resolve_part_name("a/b.xhtml", "../../../c.xhtml#top"), "c.xhtml");
  EXPECT_EQ(resolve_part_name("a.xml", "100%"), "100%");
}

}  // namespace
}  // namespace aiva::documents
