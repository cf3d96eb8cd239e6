#include "foundation/text/csv.h"

#include <gmock/gmock.h>

namespace aiva {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Records as "line:field|field", or the failure's sentence; fed in pieces of so many bytes.
std::vector<std::string> records_of(std::string_view text, std::size_t piece,
                                    CsvLimits limits = {}) {
  CsvReader reader(limits);
  std::vector<std::string> records;
  auto each = [&records](std::int64_t line, std::vector<std::string>& fields) -> Result<void> {
    auto record = std::to_string(line) + ":";
    for (std::size_t at = 0; at < fields.size(); ++at) record += (at == 0 ? "" : "|") + fields[at];
    records.push_back(record);
    return {};
  };
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
    if (auto fed = reader.feed(text.substr(0, piece), each); !fed) return {fed.error().message};
  if (auto ended = reader.finish(each); !ended) return {ended.error().message};
  return records;
}

class CsvIn : public testing::TestWithParam<std::size_t> {};

TEST_P(CsvIn, pieces_reads_quotes_separators_and_line_ends) {
  auto read = [](std::string_view text) { return records_of(text, GetParam()); };

  EXPECT_THAT(read("a,b\n1,2\n"), ElementsAre("1:a|b", "2:1|2"));
  EXPECT_THAT(read("\xEF\xBB\xBF"
                   "a;b\r\n1,5;2\r\n"),
              ElementsAre("1:a|b", "2:1,5|2"));
  EXPECT_THAT(read("a\n\n\"x, \"\"y\"\"\nz\"\n9"), ElementsAre("1:a", "3:x, \"y\"\nz", "5:9"));
  EXPECT_THAT(read("a,b\n,\n\"\"\n"), ElementsAre("1:a|b", "2:|", "3:"));
  EXPECT_THAT(read(""), ElementsAre());
}

INSTANTIATE_TEST_SUITE_P(Sizes, CsvIn, testing::Values(1U, 2U, 3U, 1000U));

TEST(Csv, names_the_line_that_makes_no_sense) {
  EXPECT_THAT(records_of("a\n\"b\"c\n", 9), ElementsAre(HasSubstr("Line 2 has text behind")));
  EXPECT_THAT(records_of("a\n\"b\n", 9), ElementsAre(HasSubstr("Line 2 has a quotation mark")));
  EXPECT_THAT(records_of("a\n12345\n", 9, {.record_bytes_max = 4}),
              ElementsAre(HasSubstr("Line 2 is too long")));
  EXPECT_THAT(records_of("a,b,c\n", 9, {.fields_max = 2}),
              ElementsAre(HasSubstr("too many columns")));
}

TEST(Csv, cells_are_no_formulas) {
  struct Case {
    const char* text;
    const char* cell;
  };
  for (auto [text, cell] : {Case{"Ada", "Ada"},
                            {"Ada Lovelace", "\"Ada Lovelace\""},
                            {"say \"hi\"", "\"say \"\"hi\"\"\""},
                            {"=1+1", "\"'=1+1\""},
                            {"+4930123456", "+4930123456"},
                            {"+1-cmd", "\"'+1-cmd\""},
                            {"-2", "\"'-2\""},
                            {"@SUM(A1)", "\"'@SUM(A1)\""},
                            {"\t=1", "\"'\t=1\""},
                            {"+", "\"'+\""}}) {
    std::string out;
    append_csv_cell(out, text);
    EXPECT_EQ(out, cell) << text;
  }
}

}  // namespace
}  // namespace aiva
