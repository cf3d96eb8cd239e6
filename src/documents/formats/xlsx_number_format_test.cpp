#include "documents/formats/xlsx_number_format.h"

#include <gtest/gtest.h>

#include <string>

namespace aiva::documents {
namespace {

struct Shown {
  const char* code;
  double value;
  const char* text;
};

class ShowNumber : public testing::TestWithParam<Shown> {};

TEST_P(ShowNumber, looks_as_in_the_sheet) {
  const auto& sample = GetParam();
  EXPECT_EQ(NumberFormat(sample.code).show(sample.value), sample.text)
      << sample.code << " of " << sample.value;
}

INSTANTIATE_TEST_SUITE_P(
    General, ShowNumber,
    testing::Values(
        Shown{"General", 0, "0"}, Shown{"General", 42, "42"}, Shown{"General", -1.5, "-1.5"},
        Shown{"General", 0.1 + 0.2, "0.3"}, Shown{"General", 1.0 / 3, "0.333333333"},
        Shown{"General", 123456.789012345, "123456.789"},
        Shown{"General", 4006381333931, "4006381333931"}, Shown{"General", 1e15, "1E+15"},
        Shown{"General", 1.5e-7, "0.00000015"}, Shown{"General", 1.23456e-7, "1.23456E-07"},
        Shown{"General", 0.00001, "0.00001"}, Shown{"General", 123456789012.5, "1.23457E+11"},
        Shown{"General", 1.23456789e20, "1.23457E+20"}, Shown{"General\" pcs\"", 3, "3 pcs"}));

INSTANTIATE_TEST_SUITE_P(Digits, ShowNumber,
                         testing::Values(Shown{"0", 2.5, "3"}, Shown{"0", -0.4, "0"},
                                         Shown{"0.00", 1.005, "1.01"},
                                         Shown{"0.00", -1.005, "-1.01"}, Shown{"000", 7, "007"},
                                         Shown{"#.##", 0.5, ".5"}, Shown{"0.0#", 2, "2.0"},
                                         Shown{"0.##", 2, "2."}, Shown{"#", 0, ""},
                                         Shown{"??0.0?", 3.5, "3.5"},
                                         Shown{"0.000", 999.9996, "1000.000"},
                                         Shown{"000-00-0000", 123456789, "123-45-6789"},
                                         Shown{"(000) 000\\-0000", 5551234567, "(555) 123-4567"},
                                         Shown{"00\" x \"00", 12345, "123 x 45"}));

INSTANTIATE_TEST_SUITE_P(Thousands, ShowNumber,
                         testing::Values(Shown{"#,##0", 1234567, "1,234,567"},
                                         Shown{"#,##0", 0, "0"}, Shown{"#,##0", 999, "999"},
                                         Shown{"#,##0.00", 1234.5, "1,234.50"},
                                         Shown{"0,000", 12, "0,012"}, Shown{"0,", 12345, "12"},
                                         Shown{"0.0,,\"M\"", 1234567, "1.2M"},
                                         Shown{"#,##0,", 1234567, "1,235"}));

INSTANTIATE_TEST_SUITE_P(
    Money, ShowNumber,
    testing::Values(
        Shown{"#,##0.00 \"€\"", 1234.5, "1,234.50 €"}, Shown{"#,##0.00\\ [$€-407]", -3, "-3.00 €"},
        Shown{"[$$-409]#,##0.00", 5, "$5.00"}, Shown{"\"$\"#,##0_);\\(\"$\"#,##0\\)", -7, "($7)"},
        Shown{"_(* #,##0.00_);_(* \\(#,##0.00\\);_(* \"-\"??_);_(@_)", 0, "-"},
        Shown{"_(* #,##0.00_);_(* \\(#,##0.00\\);_(* \"-\"??_);_(@_)", -2.5, "(2.50)"}));

INSTANTIATE_TEST_SUITE_P(Percent, ShowNumber,
                         testing::Values(Shown{"0%", 0.256, "26%"}, Shown{"0.0%", -0.0123, "-1.2%"},
                                         Shown{"0.00%", 1, "100.00%"}));

INSTANTIATE_TEST_SUITE_P(
    Powers, ShowNumber,
    testing::Values(Shown{"0.00E+00", 12345, "1.23E+04"}, Shown{"0.00E+00", 0, "0.00E+00"},
                    Shown{"0E-0", 0.00012, "1E-4"}, Shown{"0.0E+0", 9.96, "1.0E+1"},
                    Shown{"##0.0E+0", 12345, "12.3E+3"}, Shown{"##0.0E+0", 0.0123, "12.3E-3"},
                    Shown{"0.00E+00", -1.5e-10, "-1.50E-10"}));

INSTANTIATE_TEST_SUITE_P(Fractions, ShowNumber,
                         testing::Values(Shown{"# ?/?", 1.25, "1 1/4"},
                                         Shown{"# ?\?/?\?", 3.14159265, "3 1/7"},
                                         Shown{"?/?", 1.5, "3/2"}, Shown{"# ?/?", 5, "5"},
                                         Shown{"# ?/8", 0.5, "4/8"}, Shown{"# ?/?", 0, "0"},
                                         Shown{"# ?/?", 0.99, "1"}, Shown{"# ?/?", -0.5, "-1/2"},
                                         Shown{"# ?\?\?/?\?\?", 2.71828, "2 334/465"}));

INSTANTIATE_TEST_SUITE_P(
    Sections, ShowNumber,
    testing::Values(Shown{"0;(0)", -4, "(4)"}, Shown{"0;(0);\"none\"", 0, "none"},
                    Shown{"[Red]0;[Color10]-0", -4, "-4"}, Shown{"[>=100]\"many\";0", 250, "many"},
                    Shown{"[>=100]\"many\";0", 25, "25"}, Shown{"[<0]\"minus \"0;0", -3, "minus 3"},
                    Shown{"[=1]\"yes\";[=0]\"no\";0", 0, "no"},
                    Shown{"[=1]\"yes\";[=0]\"no\";0", -5, "-5"}, Shown{"0;;", -4, ""},
                    Shown{"0;@", 3, "3"}, Shown{";;;", 3, ""}));

INSTANTIATE_TEST_SUITE_P(
    Dates, ShowNumber,
    testing::Values(Shown{"yyyy-mm-dd", 45678, "2025-01-21"}, Shown{"d.m.yy", 45678, "21.1.25"},
                    Shown{"dd/mm/yyyy", 45678, "21/01/2025"},
                    Shown{"dddd, d. mmmm yyyy", 45678, "Tuesday, 21. January 2025"},
                    Shown{"ddd mmm d", 45678, "Tue Jan 21"}, Shown{"mmmmm", 45678, "J"},
                    Shown{"[$-407]d. mmm yyyy;@", 45678, "21. Jan 2025"},
                    Shown{"yyyy\"年\"m\"月\"d\"日\"", 45678, "2025年1月21日"},
                    Shown{"yyyy-mm-dd", 60, "1900-02-29"}, Shown{"yyyy-mm-dd", 59, "1900-02-28"},
                    Shown{"yyyy-mm-dd", 61, "1900-03-01"}, Shown{"yyyy-mm-dd", 1, "1900-01-01"},
                    Shown{"dddd", 1, "Sunday"}, Shown{"yyyy-mm-dd", 2958465, "9999-12-31"},
                    Shown{"yyyy-mm-dd", 2958466, "2958466"}, Shown{"yyyy-mm-dd", -1, "-1"},
                    Shown{"yyyy-mm-dd hh:mm", 45678.5, "2025-01-21 12:00"},
                    Shown{"yyyy", 36526, "2000"}, Shown{"mm-dd", 45351, "02-29"}));

INSTANTIATE_TEST_SUITE_P(
    Times, ShowNumber,
    testing::Values(Shown{"h:mm", 0.75, "18:00"}, Shown{"h:mm AM/PM", 0.75, "6:00 PM"},
                    Shown{"hh:mm A/P", 0, "12:00 A"}, Shown{"h:mm:ss", 0.999999, "0:00:00"},
                    Shown{"mm:ss", 0.0115740740, "16:40"}, Shown{"[h]:mm:ss", 1.5, "36:00:00"},
                    Shown{"[mm]:ss", 0.1, "144:00"}, Shown{"[s]", 0.001, "86"},
                    Shown{"mm:ss.0", 0.00001157, "00:01.0"},
                    Shown{"h:mm:ss.000", 0.5000001, "12:00:00.009"},
                    Shown{"m/d/yy h:mm", 45678.25, "1/21/25 6:00"}, Shown{"hh", 0.3, "07"},
                    Shown{"[hh]", 0.3, "07"}));

TEST(NumberFormat, counts_from_1904_where_the_workbook_does) {
  EXPECT_EQ(NumberFormat("yyyy-mm-dd").show(0, true), "1904-01-01");
  EXPECT_EQ(NumberFormat("yyyy-mm-dd").show(44216, true), "2025-01-21");
}

TEST(NumberFormat, shows_text_through_its_section_for_text) {
  EXPECT_EQ(NumberFormat("0;0;0;\"<\"@\">\"").show_text("a"), "<a>");
  EXPECT_EQ(NumberFormat("\"No. \"@").show_text("7"), "No. 7");
  EXPECT_EQ(NumberFormat("0.00").show_text("a"), "a");
  EXPECT_EQ(NumberFormat("@").show(1.5), "1.5");
}

TEST(NumberFormat, knows_the_formats_excel_has_numbers_for) {
  EXPECT_EQ(NumberFormat::built_in(0).show(1.25), "1.25");
  EXPECT_EQ(NumberFormat::built_in(4).show(1234.5), "1,234.50");
  EXPECT_EQ(NumberFormat::built_in(10).show(0.5), "50.00%");
  EXPECT_EQ(NumberFormat::built_in(14).show(45678), "2025-01-21");
  EXPECT_EQ(NumberFormat::built_in(15).show(45678), "21-Jan-25");
  EXPECT_EQ(NumberFormat::built_in(22).show(45678.75), "2025-01-21 18:00");
  EXPECT_EQ(NumberFormat::built_in(44).show(-3), "($3.00)");
  EXPECT_EQ(NumberFormat::built_in(46).show(2), "48:00:00");
  EXPECT_EQ(NumberFormat::built_in(999).show(7), "7");
}

TEST(NumberFormat, survives_codes_of_noise) {
  const std::string letters = "0#?.,%Ee+-/@;\"\\_*[]<>=yYmMdDhHsS$ApP :G1\xC3";
  unsigned state = 7;
  for (int round = 0; round < 20000; ++round) {
    std::string code;
    for (int i = 0; i < 14; ++i)
      code += letters[(state = state * 1664525 + 1013904223) / 65536 % letters.size()];
    NumberFormat format(code);
    for (double value : {0.0, -1.5, 45678.123456, 1e300, -1e-300})
      EXPECT_LT(format.show(value).size(), 2000U) << code;
    EXPECT_LT(format.show_text("text").size(), 2000U);
  }
}

}  // namespace
}  // namespace aiva::documents
