#include "documents/format_detection.h"

#include <gtest/gtest.h>

#include <string>

namespace aiva::documents {
namespace {

struct Sample {
  const char* what;
  std::string bytes;
  std::string file_name;
  FileFormat format;
};

std::string noise(std::size_t bytes) {
  std::string out;
  unsigned state = 12345;
  while (out.size() < bytes) out += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return out;
}

class DetectFormat : public testing::TestWithParam<Sample> {};

TEST_P(DetectFormat, goes_by_content_first) {
  const auto& sample = GetParam();
  EXPECT_EQ(detect_format(sample.bytes, sample.file_name), sample.format) << sample.what;
}

INSTANTIATE_TEST_SUITE_P(
    Samples, DetectFormat,
    testing::Values(
        Sample{"a PDF named as text", "%PDF-1.7\n...", "notes.txt", FileFormat::pdf},
        Sample{"a PDF behind other bytes", std::string(900, ' ') + "%PDF-1.3", "x",
               FileFormat::pdf},
        Sample{"a PDF header too far in", std::string(2000, ' ') + "%PDF-1.3", "x.txt",
               FileFormat::text},
        Sample{"HTML named as PDF", "<!DOCTYPE html><p>x", "bill.pdf", FileFormat::html},
        Sample{"XHTML", "<?xml version='1.0'?>\n<!-- c -->\n<html><body/></html>", "",
               FileFormat::html},
        Sample{"HTML without a frame", "<div><p>one</p><p>two</p></div>", "", FileFormat::html},
        Sample{"Markdown that begins with a tag", "<p align=center>\n</p>\n\n# Title", "README.md",
               FileFormat::markdown},
        Sample{"Markdown without a name", "# Title\n\nSee [this](that).\n", "",
               FileFormat::markdown},
        Sample{"plain text named as Markdown", "just words", "a.md", FileFormat::markdown},
        Sample{"a settings file", "# comment\nkey = value\n", "app.txt", FileFormat::text},
        Sample{"rows with commas", "name,price\nbolt,1\nnut,2\n", "", FileFormat::csv},
        Sample{"rows with semicolons", "a;b\n1;2\n3;4\n", "export.txt", FileFormat::csv},
        Sample{"rows with tabs", "a\tb\n1\t2\n3\t4\n", "", FileFormat::tsv},
        Sample{"tabs in a file named as csv", "a\tb\n1\t2\n", "a.csv", FileFormat::tsv},
        Sample{"one column named as csv", "name\nbolt\n", "a.csv", FileFormat::csv},
        Sample{"two rows without a name", "a,b\nc,d\n", "", FileFormat::text},
        Sample{"verses with commas", "Come, friend\nSit, rest\nEat, drink\n", "", FileFormat::text},
        Sample{"statements", "int a;\nint b;\nint c;\n", "", FileFormat::text},
        Sample{"a table with rules", "a | b\n--|--\n1 | 2\n3 | 4\n", "", FileFormat::text},
        Sample{"a mail", "Received: by x\nFrom: a@b.c\nSubject: d\n\ntext", "a.txt",
               FileFormat::eml},
        Sample{"a mail of three fields", "From: a\r\nTo: b\r\nSubject: c\r\n\r\nx", "",
               FileFormat::eml},
        Sample{"a note with colons", "Date: Monday\nPlace: Bonn\nTopic: x\n\ntext", "",
               FileFormat::text},
        Sample{"a mailbox", "From a@b.c Mon Nov 23 18:12:45 2026\nFrom: a@b.c\n\nx\n", "",
               FileFormat::mbox},
        Sample{"a letter", "From here to Monday at 12:30 it is 12345 steps.\n\nx", "",
               FileFormat::text},
        Sample{"RTF", "{\\rtf1 x}", "a.txt", FileFormat::rtf},
        Sample{"JSON", " {\"a\": [1, 2]}", "", FileFormat::json},
        Sample{"JSON named as text", "[1, {\"a\": null}]", "a.txt", FileFormat::json},
        Sample{"long JSON", "[\"" + std::string(40000, 'x') + "\"]", "", FileFormat::json},
        Sample{"records of JSON", "{\"a\": 1}\n{\"a\": 2}\n", "", FileFormat::jsonl},
        Sample{"broken JSON named so", "{\"a\": }", "a.json", FileFormat::json},
        Sample{"broken JSON", "{\"a\": }", "", FileFormat::text},
        Sample{"a note in brackets", "[1] See below.\n", "", FileFormat::text},
        Sample{"words", "just words", "", FileFormat::text},
        Sample{"UTF-16", std::string("\xFF\xFE<\0h\0t\0m\0l\0>\0", 14), "", FileFormat::html},
        Sample{"a zip archive", "PK\x03\x04 text", "a.txt", FileFormat::zip},
        Sample{"a photograph of a telephone",
               std::string("\0\0\0\x18"
                           "ftypheic\0\0\0\0mif1heic",
                           24),
               "a.jpg", FileFormat::image},
        Sample{"an image", "\x89PNG\r\n", "a.pdf", FileFormat::unknown},
        Sample{"random bytes", noise(5000), "a.txt", FileFormat::unknown}));

}  // namespace
}  // namespace aiva::documents
