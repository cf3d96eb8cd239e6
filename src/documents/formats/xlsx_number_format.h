#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aiva::documents {

// A piece of a number format's code.
struct FormatToken {
  enum class Kind {
    literal,  // `text`
    digit,    // '0', '#' or '?' in `mark`
    point,    // of decimals; in a time `count` digits of a second follow
    percent,
    exponent,  // `mark` is '+' where a plus is shown
    slash,     // of a fraction
    text,      // "@"
    general,
    year,  // dates and times: as many letters as `count`
    month,
    day,
    hour,
    minute,
    second,
    hours_passed,  // "[h]": not cut at a day
    minutes_passed,
    seconds_passed,
    half_day,  // "AM/PM", or "A/P" where `count` is 1
  };
  Kind kind = Kind::literal;
  std::string text{};
  char mark = '\0';
  int count = 0;
};

// One of the sections a number format has, for some numbers or for text.
struct FormatSection {
  enum class Condition { none, less, less_or_equal, equal, not_equal, greater, greater_or_equal };
  std::vector<FormatToken> tokens{};
  Condition condition = Condition::none;
  double limit = 0;
  bool is_date = false;
  bool has_text = false;
  bool is_grouped = false;  // thousands are set apart
  int thousands_cut = 0;    // how often the number is divided by 1000
};

// A number format of a spreadsheet (ECMA-376 part 1, 18.8.31): shows a cell's number the way the
// sheet does. Colours, fill characters and languages say nothing here; names of months and days are
// English. What cannot be shown in a format (a date before 1900) is shown as in General.
class NumberFormat {
 public:
  NumberFormat() = default;  // General
  explicit NumberFormat(std::string_view code);
  // The format Excel keeps under this number; General for unknown ones. Dates whose look depends on
  // the machine's settings (14 and 22) are written as ISO 8601.
  static NumberFormat built_in(int id);

  // `is_1904`: days are counted from 1904.
  [[nodiscard]] std::string show(double value, bool is_1904 = false) const;
  [[nodiscard]] std::string show_text(std::string_view text) const;
  // Whether it shows dates or times.
  [[nodiscard]] bool is_date() const;
  // Whether it is General, which shows a number as it is.
  [[nodiscard]] bool is_general() const { return sections_.empty(); }

 private:
  struct Choice {
    const FormatSection* section = nullptr;
    bool shows_minus = false;
  };
  [[nodiscard]] Choice choose(double value) const;

  std::vector<FormatSection> sections_;  // for numbers
  std::vector<FormatSection> text_section_;
};

// A number as Excel shows it in General: eleven digits at most, but whole numbers of up to fifteen
// digits in full, for numbers of articles and telephones are such.
std::string show_general(double value);

// The sections of a format's code.
std::vector<FormatSection> parse_number_format(std::string_view code);
// A date or time in a section of dates. `serial` is a number of days since 1899-12-30 as Excel
// counts them, in [0, 2958466).
std::string show_date(const FormatSection& section, double serial);

}  // namespace aiva::documents
