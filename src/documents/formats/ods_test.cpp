#include <gtest/gtest.h>

#include <string>

#include "documents/testing/read_into_text.h"
#include "documents/testing/zip_writer.h"

namespace aiva::documents {
namespace {

std::string sheet_file(const std::string& tables, const std::string& styles = "") {
  return ZipWriter()
      .add("mimetype", "application/vnd.oasis.opendocument.spreadsheet", {.is_stored = true})
      .add("content.xml", "<office:document-content><office:automatic-styles>" + styles +
                              "</office:automatic-styles><office:body><office:spreadsheet>" +
                              tables +
                              "</office:spreadsheet></office:body></office:document-content>")
      .add("meta.xml",
           "<office:document-meta><office:meta><dc:title>Prices</dc:title></office:meta>"
           "</office:document-meta>")
      .finish();
}

std::string cell(const std::string& text, const std::string& attributes = "") {
  return "<table:table-cell " + attributes + "><text:p>" + text + "</text:p></table:table-cell>";
}
std::string row(const std::string& cells, const std::string& attributes = "") {
  return "<table:table-row " + attributes + ">" + cells + "</table:table-row>";
}
std::string table(const std::string& rows, const std::string& attributes = "") {
  return "<table:table table:name=\"S\" " + attributes + ">" + rows + "</table:table>";
}

std::string read(const std::string& tables, const std::string& styles = "") {
  auto reading = read_into_text(sheet_file(tables, styles), "a.ods");
  return reading.error ? "failed: " + reading.error->message : reading.text();
}

TEST(Ods, shows_cells_as_the_sheet_does) {
  auto reading = read_into_text(
      sheet_file(table(row(cell("Part") + cell("Price")) +
                       row(cell("Bolt") +
                           cell("1,50 €", "office:value-type=\"currency\" office:value=\"1.5\"")))),
      "a.ods");
  EXPECT_EQ(reading.text(), "p1 heading 1: S\np1 table (header 1): Part | Price\nBolt | 1,50 €\n");
  EXPECT_EQ(reading.summary.title, "Prices");
  EXPECT_EQ(reading.summary.format, FileFormat::ods);
}

TEST(Ods, understands_repeated_cells_and_rows) {
  EXPECT_EQ(read(table(row(cell("a") + "<table:table-cell table:number-columns-repeated=\"2\"/>" +
                           cell("b", "table:number-columns-repeated=\"2\"")) +
                       row(cell("c") + cell("d"), "table:number-rows-repeated=\"2\"") +
                       row("<table:table-cell table:number-columns-repeated=\"1024\"/>",
                           "table:number-rows-repeated=\"1048000\""))),
            "p1 heading 1: S\np1 table: a |  | b | b\nc | d\nc | d\n");
}

TEST(Ods, stops_at_a_million_cells_however_often_they_are_repeated) {
  auto reading =
      read_into_text(sheet_file(table(row(cell("x", "table:number-columns-repeated=\"1000000000\""),
                                          "table:number-rows-repeated=\"1000000000\""))),
                     "a.ods");
  ASSERT_FALSE(reading.error);
  EXPECT_TRUE(reading.summary.partial_reason.contains("1000000 cells"))
      << reading.summary.partial_reason;
}

TEST(Ods, marks_hidden_sheets_and_leaves_hidden_columns_and_rows_out) {
  EXPECT_EQ(read(table("<table:table-column/><table:table-column table:visibility=\"collapse\"/>" +
                           row(cell("a") + cell("b") + cell("c")) +
                           row(cell("d") + cell("e") + cell("f"), "table:visibility=\"collapse\"") +
                           row(cell("g") + cell("h") + cell("i"), "table:visibility=\"filter\""),
                       "table:style-name=\"h\""),
                 "<style:style style:name=\"h\"><style:table-properties table:display=\"false\"/>"
                 "</style:style>"),
            "p1 heading 1 (hidden): S\np1 table (hidden): a | c\np1 table (hidden): g | i\n");
}

TEST(Ods, reads_merged_cells_links_comments_and_groups) {
  EXPECT_EQ(
      read(table(
          "<table:table-header-rows>" + row(cell("1999") + cell("2000")) +
          "</table:table-header-rows><table:table-row-group>" +
          row(cell("Up<text:s text:c=\"2\"/>to", "table:number-rows-spanned=\"2\"") +
              "<table:table-cell><office:annotation><dc:creator>Ada</dc:creator>"
              "<text:p>Why?</text:p>"
              "</office:annotation><text:p><text:a xlink:href=\"https://a.example/\">here</text:a>"
              "</text:p><text:p>too</text:p></table:table-cell>") +
          row("<table:covered-table-cell/>" + cell("2")) + "</table:table-row-group>")),
      "p1 heading 1: S\np1 table (header 1): 1999 | 2000\nUp  to | here too\nUp  to | 2\n"
      "  -> https://a.example/\np1 paragraph: Comment on B2: Why?\n");
}

TEST(Ods, numbers_sheets_as_pages) {
  auto reading = read_into_text(sheet_file(table("") + table(row(cell("a") + cell("b")))), "a.ods");
  EXPECT_EQ(reading.text(), "p2 heading 1: S\np2 table: a | b\n");
  EXPECT_EQ(reading.summary.pages, 2);
  EXPECT_EQ(reading.summary.pages_read, 2);
}

TEST(Ods, refuses_what_is_encrypted_or_damaged) {
  auto encrypted =
      ZipWriter()
          .add("mimetype", "application/vnd.oasis.opendocument.spreadsheet", {.is_stored = true})
          .add("META-INF/manifest.xml", "<m><manifest:encryption-data/></m>")
          .add("content.xml", "\x01\x02\x03")
          .finish();
  auto reading = read_into_text(encrypted, "a.ods");
  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.error->message, "The document is protected with a password");
  EXPECT_TRUE(read(table("<unclosed")).starts_with("failed: "));
}

}  // namespace
}  // namespace aiva::documents
