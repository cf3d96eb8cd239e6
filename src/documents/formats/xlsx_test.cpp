#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "documents/formats/xlsx_sheet.h"
#include "documents/testing/read_into_text.h"
#include "documents/testing/zip_writer.h"

namespace aiva::documents {
namespace {

struct TestSheet {
  std::string name;
  std::string xml;             // inside <worksheet>
  std::string state = "";      // "hidden"
  std::string relations = "";  // of the sheet
};

// A workbook in a zip; parts may be added.
struct TestBook {
  std::vector<TestSheet> sheets{};
  std::string strings = "";     // inside <sst>
  std::string styles = "";      // inside <styleSheet>
  std::string properties = "";  // of the workbook
  std::vector<std::pair<std::string, std::string>> parts{};

  [[nodiscard]] std::string bytes() const {
    const std::string office =
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
    ZipWriter zip;
    zip.add("[Content_Types].xml",
            "<Types><Override ContentType=\"application/vnd.openxmlformats-officedocument."
            "spreadsheetml.sheet.main+xml\"/></Types>");
    zip.add("_rels/.rels", "<Relationships><Relationship Id=\"r\" Type=\"" + office +
                               "officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
    std::string list;
    std::string relations;
    for (std::size_t i = 0; i < sheets.size(); ++i) {
      auto number = std::to_string(i + 1);
      const auto& sheet = sheets[i];
      auto state = sheet.state.empty() ? "" : " state=\"" + sheet.state + "\"";
      list += "<sheet name=\"" + sheet.name + "\" sheetId=\"" + number + "\"" + state +
              " r:id=\"rId" + number + "\"/>";
      relations += "<Relationship Id=\"rId" + number + "\" Type=\"" + office +
                   "worksheet\" Target=\"worksheets/sheet" + number + ".xml\"/>";
      zip.add("xl/worksheets/sheet" + number + ".xml",
              "<?xml version=\"1.0\"?><worksheet>" + sheet.xml + "</worksheet>");
      if (!sheet.relations.empty())
        zip.add("xl/worksheets/_rels/sheet" + number + ".xml.rels",
                "<Relationships>" + sheet.relations + "</Relationships>");
    }
    relations += "<Relationship Id=\"s\" Type=\"" + office +
                 "sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"t\" Type=\"" +
                 office + "styles\" Target=\"/xl/styles.xml\"/>";
    zip.add("xl/workbook.xml",
            "<workbook>" + properties + "<sheets>" + list + "</sheets></workbook>");
    zip.add("xl/_rels/workbook.xml.rels", "<Relationships>" + relations + "</Relationships>");
    zip.add("xl/sharedStrings.xml", "<sst>" + strings + "</sst>");
    zip.add("xl/styles.xml", "<styleSheet>" + styles + "</styleSheet>");
    for (const auto& [name, content] : parts) zip.add(name, content);
    return zip.finish();
  }

  [[nodiscard]] std::string read() const {
    auto reading = read_into_text(bytes(), "a.xlsx");
    return reading.error ? "failed: " + reading.error->message : reading.text();
  }
};

// A row of inline texts and numbers ("=1.5" is a number).
std::string row_of(int number, const std::vector<std::string>& cells,
                   const std::string& more = "") {
  std::string xml = "<row r=\"" + std::to_string(number) + "\"" + more + ">";
  char column = 'A';
  for (const auto& cell : cells) {
    auto place = std::string(1, column++) + std::to_string(number);
    if (cell.empty()) continue;
    xml += cell.starts_with('=')
               ? "<c r=\"" + place + "\"><v>" + cell.substr(1) + "</v></c>"
               : "<c r=\"" + place + "\" t=\"inlineStr\"><is><t>" + cell + "</t></is></c>";
  }
  return xml + "</row>";
}

std::string sheet_data(const std::string& rows) { return "<sheetData>" + rows + "</sheetData>"; }

TEST(Xlsx, shows_sheets_in_order_with_their_names) {
  TestBook book{
      .sheets = {{"Parts", sheet_data(row_of(1, {"Part", "Price"}) + row_of(2, {"Bolt", "=1.5"}))},
                 {"Secret", sheet_data(row_of(1, {"x", "y"})), "veryHidden"},
                 {"Empty", sheet_data("")}}};
  auto reading = read_into_text(book.bytes(), "x.zip");
  EXPECT_EQ(reading.text(),
            "p1 heading 1: Parts\np1 table (header 1): Part | Price\nBolt | 1.5\n"
            "p2 heading 1 (hidden): Secret\np2 table (hidden): x | y\n");
  EXPECT_EQ(reading.summary.format, FileFormat::xlsx);
  EXPECT_EQ(reading.summary.pages, 3);
  EXPECT_EQ(reading.summary.partial_reason, "");
  EXPECT_EQ(reading.summary.pages_read, 3);
  EXPECT_EQ(reading.summary.title, "Parts");
}

TEST(Xlsx, shows_cells_as_the_sheet_does) {
  TestBook book{
      .sheets = {{"S",
                  sheet_data(
                      "<row r=\"1\">"
                      "<c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c>"
                      "<c r=\"C1\" s=\"1\"><v>45678</v></c><c r=\"D1\" s=\"2\"><v>-1234.5</v></c>"
                      "<c r=\"E1\" t=\"b\"><v>1</v></c><c r=\"F1\" t=\"e\"><v>#DIV/0!</v></c>"
                      "<c r=\"G1\" t=\"str\"><f>A1&amp;B1</f><v>both</v></c>"
                      "<c r=\"H1\" s=\"3\"><f>1/4</f><v>0.25</v></c>"
                      "<c r=\"I1\" t=\"s\"><v>99</v></c><c r=\"J1\" s=\"77\"><v>3</v></c>"
                      "</row>")}},
      .strings =
          "<si><t>plain</t></si><si><r><t>ri</t></r><r><rPr><b/></rPr><t>ch_x0041_</t></r>"
          "<rPh sb=\"0\" eb=\"1\"><t>phonetic</t></rPh></si>",
      .styles =
          "<numFmts><numFmt numFmtId=\"164\" formatCode=\"#,##0.00\\ &quot;€&quot;\"/></numFmts>"
          "<cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs>"
          "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/>"
          "<xf numFmtId=\"10\"/></cellXfs>"};
  EXPECT_EQ(
      book.read(),
      "p1 heading 1: S\np1 table: plain | richA | 2025-01-21 | -1,234.50 € | TRUE | #DIV/0! | "
      "both | 25.00% | 3\n");
}

TEST(Xlsx, counts_days_from_1904_where_the_workbook_does) {
  TestBook book{
      .sheets = {{"S", sheet_data("<row><c s=\"1\"><v>44216</v></c><c><v>1</v></c></row>")}},
      .styles = "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>",
      .properties = "<workbookPr date1904=\"1\"/>"};
  EXPECT_EQ(book.read(), "p1 heading 1: S\np1 table: 2025-01-21 | 1\n");
}

TEST(Xlsx, parts_tables_at_empty_rows_and_keeps_titles_apart) {
  TestBook book{
      .sheets = {{"S", sheet_data(row_of(1, {"Sales of 2025"}) + row_of(2, {"Region", "Q1", "Q2"}) +
                                  row_of(3, {"North", "=1", "=2"}) + row_of(5, {"A note", ""}) +
                                  row_of(6, {"on two rows"}) + row_of(9, {"", "Name", "Age"}) +
                                  row_of(10, {"", "Ada", "=36"}))}}};
  EXPECT_EQ(book.read(),
            "p1 heading 1: S\np1 paragraph: Sales of 2025\n"
            "p1 table (header 1): Region | Q1 | Q2\nNorth | 1 | 2\n"
            "p1 paragraph: A note\non two rows\n"
            "p1 table (header 1): Name | Age\nAda | 36\n");
}

TEST(Xlsx, finds_the_row_of_names_below_lines_of_text) {
  TestBook book{
      .sheets = {
          {"S", sheet_data(row_of(1, {"Lots of", "", "people"}) + row_of(2, {"at", "", "the top"}) +
                           row_of(3, {"Name", "Age", "Born"}) + row_of(4, {"Ada", "=36", "=1815"}) +
                           row_of(5, {"Bob", "=40", "=1811"}))}}};
  EXPECT_EQ(book.read(),
            "p1 heading 1: S\np1 paragraph: Lots of people\nat the top\n"
            "p1 table (header 1): Name | Age | Born\nAda | 36 | 1815\nBob | 40 | 1811\n");
}

TEST(Xlsx, keeps_tables_beside_each_other_apart) {
  TestBook book{.sheets = {{"S", sheet_data(row_of(1, {"Part", "Price"}) +
                                            row_of(2, {"Bolt", "=1", "", "Region", "Sum"}) +
                                            row_of(3, {"Nut", "=2", "", "North", "=9"}) +
                                            row_of(4, {"Pin", "=3"}))}}};
  EXPECT_EQ(book.read(),
            "p1 heading 1: S\np1 table (header 1): Part | Price\nBolt | 1\nNut | 2\nPin | 3\n"
            "p1 table (header 1): Region | Sum\nNorth | 9\n");
}

TEST(Xlsx, keeps_names_of_rows_with_a_table_that_stands_apart) {
  TestBook book{.sheets = {{"S", sheet_data(row_of(1, {"", "", "Sales", "Costs"}) +
                                            row_of(2, {"Jan-85", "", "=4", "=13"}) +
                                            row_of(3, {"Feb-85", "", "=5", "=17"}))}}};
  EXPECT_EQ(book.read(),
            "p1 heading 1: S\np1 table (header 1):  | Sales | Costs\nJan-85 | 4 | 13\n"
            "Feb-85 | 5 | 17\n");
}

TEST(Xlsx, repeats_texts_that_reach_over_rows) {
  TestBook book{
      .sheets = {{"S", sheet_data(row_of(1, {"Group", "Item"}) + row_of(2, {"Screws", "M4"}) +
                                  row_of(3, {"", "M5"}) + row_of(4, {"Nuts", "M4"})) +
                           "<mergeCells><mergeCell ref=\"A2:A3\"/></mergeCells>"}}};
  EXPECT_EQ(
      book.read(),
      "p1 heading 1: S\np1 table (header 1): Group | Item\nScrews | M4\nScrews | M5\nNuts | M4\n");
}

TEST(Xlsx, leaves_hidden_columns_and_rows_out_but_not_filtered_rows) {
  auto rows = row_of(1, {"Part", "Cost", "Price"}) + row_of(2, {"Bolt", "=1", "=2"}) +
              row_of(3, {"Nut", "=3", "=4"}, " hidden=\"1\"");
  TestBook book{
      .sheets = {{"S", "<cols><col min=\"2\" max=\"2\" hidden=\"1\"/></cols>" + sheet_data(rows)}}};
  EXPECT_EQ(book.read(), "p1 heading 1: S\np1 table (header 1): Part | Price\nBolt | 2\n");

  book.sheets = {{"S", sheet_data(rows) +
                           "<autoFilter ref=\"A1:C3\"><filterColumn colId=\"0\"/></autoFilter>"}};
  EXPECT_EQ(
      book.read(),
      "p1 heading 1: S\np1 table (header 1): Part | Cost | Price\nBolt | 1 | 2\nNut | 3 | 4\n");
}

TEST(Xlsx, believes_tables_and_filters_about_the_row_of_names) {
  auto rows = row_of(1, {"1999", "2000"}) + row_of(2, {"1", "2"});
  TestBook book{.sheets = {{"S", sheet_data(rows) + "<autoFilter ref=\"A1:B2\"/>"}}};
  EXPECT_TRUE(book.read().contains("table (header 1)")) << book.read();

  book.sheets = {{"S", sheet_data(rows), "",
                  "<Relationship Id=\"t\" Type=\"x/table\" Target=\"../tables/table1.xml\"/>"}};
  book.parts = {{"xl/tables/table1.xml", "<table ref=\"A1:B2\"/>"}};
  EXPECT_TRUE(book.read().contains("table (header 1)")) << book.read();
}

TEST(Xlsx, collects_links_and_comments) {
  TestBook book{
      .sheets =
          {{"S",
            sheet_data(
                row_of(1, {"Part", "Page"}) + row_of(2, {"Bolt", "here"}) +
                "<row r=\"3\"><c r=\"A3\" t=\"str\"><f>HYPERLINK(\"http://b.example/\",\"Nut\")"
                "</f><v>Nut</v></c><c r=\"B3\" t=\"str\"><v>there</v></c></row>") +
                "<hyperlinks><hyperlink ref=\"B2\" r:id=\"l\"/><hyperlink ref=\"A1\" "
                "location=\"S!A2\"/></hyperlinks>",
            "",
            "<Relationship Id=\"l\" Type=\"x/hyperlink\" TargetMode=\"External\" "
            "Target=\"https://a.example/\"/><Relationship Id=\"c\" Type=\"x/comments\" "
            "Target=\"../comments1.xml\"/>"}},
      .parts = {
          {"xl/comments1.xml",
           "<comments><authors><author>Ada</author></authors><commentList><comment ref=\"B2\">"
           "<text><r><t>Is it </t></r><r><t>right?</t></r></text></comment></commentList>"
           "</comments>"}}};
  EXPECT_EQ(book.read(),
            "p1 heading 1: S\np1 table (header 1): Part | Page\nBolt | here\nNut | there\n"
            "  -> https://a.example/\n  -> http://b.example/\n"
            "p1 paragraph: Comment on B2: Is it right?\n");
}

TEST(Xlsx, reads_texts_and_charts_drawn_on_a_sheet) {
  TestBook book{
      .sheets = {{"S", sheet_data(""), "",
                  "<Relationship Id=\"d\" Type=\"x/drawing\" Target=\"../drawings/d1.xml\"/>"}},
      .parts = {{"xl/drawings/d1.xml",
                 "<xdr:wsDr><xdr:sp><a:p><a:r><a:t>Read </a:t></a:r><a:r><a:t>me</a:t></a:r></a:p>"
                 "<a:p><a:r><a:t>first</a:t></a:r></a:p></xdr:sp><xdr:graphicFrame><c:chart "
                 "r:id=\"c\"/></xdr:graphicFrame></xdr:wsDr>"},
                {"xl/drawings/_rels/d1.xml.rels",
                 "<Relationships><Relationship Id=\"c\" Type=\"x/chart\" "
                 "Target=\"../charts/c1.xml\"/></Relationships>"},
                {"xl/charts/c1.xml",
                 "<c:chartSpace><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Sales</a:t></a:r>"
                 "</a:p></c:rich></c:tx></c:title></c:chart></c:chartSpace>"}}};
  auto text = book.read();
  EXPECT_TRUE(text.starts_with("p1 heading 1: S\np1 paragraph: Read me\nfirst\n")) << text;
  EXPECT_TRUE(text.contains("Sales")) << text;
}

TEST(Xlsx, never_makes_the_rows_and_columns_a_sheet_only_claims) {
  TestBook book{
      .sheets = {{"S", "<dimension ref=\"A1:XFD1048576\"/>" +
                           sheet_data("<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"XFD1\"><v>2</v>"
                                      "</c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>3</v>"
                                      "</c></row><row r=\"99999999\"><c><v>4</v></c></row>")}}};
  EXPECT_EQ(book.read(), "p1 heading 1: S\np1 table: 1 | 2\np1 paragraph: 3\n");
}

TEST(Xlsx, reads_the_other_sheets_when_one_is_damaged) {
  TestBook book{.sheets = {{"A", sheet_data(row_of(1, {"a", "b"}) + "<row><c></wrong>")},
                           {"B", sheet_data(row_of(1, {"c", "d"}))}}};
  auto reading = read_into_text(book.bytes(), "a.xlsx");
  ASSERT_FALSE(reading.error);
  EXPECT_EQ(reading.text(), "p1 heading 1: A\np1 table: a | b\np2 heading 1: B\np2 table: c | d\n");
  EXPECT_EQ(reading.summary.pages_read, 1);
  EXPECT_FALSE(reading.summary.partial_reason.empty());
}

TEST(Xlsx, refuses_entity_bombs_and_packages_without_a_workbook) {
  TestBook book{
      .sheets = {{"A", "<!DOCTYPE x [<!ENTITY a \"aaaa\">]>" + sheet_data(row_of(1, {"&a;"}))}}};
  EXPECT_TRUE(book.read().starts_with("failed: ")) << book.read();
  EXPECT_TRUE(read_into_text(TestBook{}.bytes(), "a").error);
}

TEST(Xlsx, stops_a_shared_string_bomb_at_the_text_limit) {
  std::string rows;
  for (int i = 1; i <= 5000; ++i)
    rows += "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>0</v></c></row>";
  TestBook book{.sheets = {{"S", sheet_data(rows)}},
                .strings = "<si><t>" + std::string(32000, 'x') + "</t></si>"};
  auto reading = read_into_text(book.bytes(), "a.xlsx");
  ASSERT_FALSE(reading.error);
  EXPECT_TRUE(reading.summary.partial_reason.contains("MB of text"));
}

TEST(Xlsx, stops_at_a_million_cells) {
  std::string rows;
  unsigned state = 1;
  for (int i = 0; i < 11'000; ++i) {
    rows += "<row>";
    for (int k = 0; k < 100; ++k) {
      state = state * 1664525 + 1013904223;
      rows += "<c><v>" + std::to_string(state) + "</v></c>";
    }
    rows += "</row>";
  }
  TestBook book{.sheets = {{"S", sheet_data(rows)}, {"T", sheet_data(row_of(1, {"a", "b"}))}}};

  auto reading = read_into_text(book.bytes(), "");

  ASSERT_FALSE(reading.error);
  EXPECT_TRUE(reading.summary.partial_reason.contains("1000000 cells"));
  EXPECT_EQ(reading.blocks.back().page, 1);
}

TEST(Xlsx, survives_any_changed_byte_of_its_xml) {
  const std::string sheet =
      "<cols><col min=\"2\" max=\"2\" hidden=\"1\"/></cols><sheetData><row r=\"1\"><c r=\"A1\" "
      "t=\"s\" s=\"1\"><f>HYPERLINK(\"http://x.y\")</f><v>0</v></c><c r=\"C1\" t=\"inlineStr\"><is>"
      "<t>x</t></is></c></row></sheetData><autoFilter ref=\"A1:B2\"><filterColumn/></autoFilter>"
      "<mergeCells><mergeCell ref=\"A1:A3\"/></mergeCells>";
  SharedStrings strings;
  ASSERT_TRUE(strings.read("<sst><si><t>s</t></si></sst>"));
  CellFormats formats;
  auto whole = "<worksheet>" + sheet + "</worksheet>";
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (char c : {'<', '>', '"', '9', '\0', '&'}) {
      auto changed = whole;
      changed[i] = c;
      auto notes = read_sheet_notes(changed);
      SheetRows rows(changed, strings, formats, notes, false);
      SheetRow row;
      for (auto more = rows.next(row); more && *more; more = rows.next(row))
        EXPECT_LE(row.number, sheet_rows_max);
    }
  }
}

}  // namespace
}  // namespace aiva::documents
