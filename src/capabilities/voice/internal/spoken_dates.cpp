#include "capabilities/voice/internal/spoken_dates.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "capabilities/voice/spoken_numbers.h"

namespace aiva::voice {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;
using Words = std::vector<std::string>;

constexpr std::array months = {"january",   "february", "march",    "april",
                               "may",       "june",     "july",     "august",
                               "september", "october",  "november", "december"};
constexpr std::array weekdays = {"sunday",   "monday", "tuesday", "wednesday",
                                 "thursday", "friday", "saturday"};
constexpr int year_min = 1900;
constexpr int year_max = 2100;

template <std::size_t N>
std::optional<unsigned> place_of(const std::array<const char*, N>& names, std::string_view word) {
  for (unsigned i = 0; i < N; ++i) {
    std::string_view name = names[i];
    bool is_short = word.size() == 3 && name.starts_with(word);
    if (word == name || is_short) return i;
  }
  return std::nullopt;
}

bool has(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::string capital(std::string_view word) {
  std::string text(word);
  text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string two_digits(unsigned number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::optional<SlotValue> write_date(year_month_day date) {
  auto year = static_cast<int>(date.year());
  if (!date.ok() || year < year_min || year > year_max) return std::nullopt;
  auto month = static_cast<unsigned>(date.month());
  auto day = static_cast<unsigned>(date.day());
  return SlotValue{.value = std::to_string(year) + "-" + two_digits(month) + "-" + two_digits(day),
                   .spoken = capital(months.at(month - 1)) + " " + std::to_string(day) + ", " +
                             std::to_string(year)};
}

// Numbers of any size; chrono's own types would cut them.
std::optional<year_month_day> make_date(int year, int month, int day) {
  constexpr int month_max = 12;
  constexpr int day_max = 31;
  if (year < year_min || year > year_max || month < 1 || month > month_max || day < 1 ||
      day > day_max)
    return std::nullopt;
  auto date = std::chrono::year(year) / month / day;
  return date.ok() ? std::optional(date) : std::nullopt;
}

std::optional<SlotValue> write_date(int year, int month, int day) {
  auto date = make_date(year, month, day);
  return date ? write_date(*date) : std::nullopt;
}

// The next such day from today on; 29 February waits for its year.
std::optional<SlotValue> next_date(int month, int day, year_month_day today) {
  constexpr int years_ahead = 8;
  for (int i = 0; i <= years_ahead; ++i) {
    auto date = make_date(static_cast<int>(today.year()) + i, month, day);
    if (date && *date >= today) return write_date(*date);
  }
  return std::nullopt;
}

// The numbers in "2031-03-03", "3.3.2031", "3/31".
std::vector<int> numbers_between(std::string_view text, char mark) {
  std::vector<int> numbers;
  while (!text.empty()) {
    auto part = text.substr(0, text.find(mark));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    int number = 0;
    auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error != std::errc{} || end != part.data() + part.size() || number < 0) return {};
    numbers.push_back(number);
  }
  return numbers;
}

std::optional<SlotValue> written_date(const std::string& word, year_month_day today) {
  if (auto parts = numbers_between(word, '-'); parts.size() == 3)
    return write_date(parts[0], parts[1], parts[2]);
  bool is_month_first = word.contains('/');
  auto parts = numbers_between(word, is_month_first ? '/' : '.');
  if (parts.size() != 2 && parts.size() != 3) return std::nullopt;
  constexpr int month_max = 12;
  auto day = parts[0];
  auto month = parts[1];
  if (is_month_first && day <= month_max) std::swap(day, month);
  if (parts.size() == 2) return next_date(month, day, today);
  constexpr int century = 2000;
  return write_date(parts[2] < 100 ? parts[2] + century : parts[2], month, day);
}

// "2031", "twenty thirty one", "two thousand and thirty".
std::optional<int> year_at(const Words& words, std::size_t at) {
  if (at >= words.size()) return std::nullopt;
  auto year = whole_number_at(words, at);
  if (!year) return std::nullopt;
  if (*year < 100 && at < words.size()) {
    auto rest = whole_number_at(words, at);
    if (rest && *rest < 100) year = *year * 100 + *rest;
  }
  if (*year < year_min || *year > year_max) return std::nullopt;
  return year;
}

// The number whose last word stands right before `end`, of two words at most.
std::optional<int> number_before(const Words& words, std::size_t end) {
  for (auto from = end > 1 ? end - 2 : 0; from < end; ++from) {
    auto at = from;
    auto number = whole_number_at(words, at);
    if (number && at == end) return number;
  }
  return std::nullopt;
}

// "march third 2031", "the third of march".
std::optional<SlotValue> named_date(const Words& words, year_month_day today) {
  constexpr int day_max = 31;
  auto is_day = [](std::optional<int> day) { return day && *day >= 1 && *day <= day_max; };
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto month = place_of(months, words[i]);
    if (!month) continue;
    auto after = i + 1;
    auto day = number_before(words, i > 0 && words[i - 1] == "of" ? i - 1 : i);
    if (!is_day(day)) {
      if (after < words.size() && words[after] == "the") ++after;
      day = whole_number_at(words, after);
    }
    if (!is_day(day)) return std::nullopt;
    auto number = static_cast<int>(*month) + 1;
    if (auto year = year_at(words, after)) return write_date(*year, number, *day);
    return next_date(number, *day, today);
  }
  return std::nullopt;
}

std::optional<SlotValue> write_time(int hour, int minute) {
  constexpr int hours = 24;
  constexpr int minutes = 60;
  if (hour < 0 || hour >= hours || minute < 0 || minute >= minutes) return std::nullopt;
  auto text =
      two_digits(static_cast<unsigned>(hour)) + ":" + two_digits(static_cast<unsigned>(minute));
  constexpr int half_day = 12;
  auto on_dial = hour % half_day == 0 ? half_day : hour % half_day;
  auto spoken = std::to_string(on_dial);
  if (minute > 0) spoken += ":" + two_digits(static_cast<unsigned>(minute));
  return SlotValue{.value = text, .spoken = spoken + (hour < half_day ? " AM" : " PM")};
}

struct DayHalf {
  bool is_morning = false;
  bool is_afternoon = false;
};

DayHalf half_of(const Words& words) {
  auto any = [&words](std::initializer_list<std::string_view> marks) {
    return std::ranges::any_of(words, [&marks](const std::string& word) {
      return std::ranges::find(marks, word) != marks.end() ||
             std::ranges::any_of(marks, [&word](std::string_view mark) {
               return word.size() > mark.size() && word.ends_with(mark) && word[0] <= '9' &&
                      (mark == "am" || mark == "pm");
             });
    });
  };
  return {.is_morning = any({"am", "a.m", "morning"}),
          .is_afternoon = any({"pm", "p.m", "afternoon", "evening", "tonight", "night"})};
}

std::optional<SlotValue> on_dial(int hour, int minute, DayHalf half) {
  constexpr int half_day = 12;
  constexpr int office_begins = 8;
  if (half.is_morning && hour == half_day) hour = 0;
  bool is_later = half.is_afternoon || (!half.is_morning && hour > 0 && hour < office_begins);
  if (is_later && hour < half_day) hour += half_day;
  return write_time(hour, minute);
}

// "3:30", "15.30", "3pm".
std::optional<std::pair<int, int>> written_time(std::string word) {
  for (auto ending : {"am", "pm", "h"})
    if (word.ends_with(ending)) word.erase(word.size() - std::string_view(ending).size());
  for (char mark : {':', '.'}) {
    auto parts = numbers_between(word, mark);
    if (parts.size() == 2) return std::pair(parts[0], parts[1]);
  }
  return std::nullopt;
}

// "half past three", "ten to five".
std::optional<SlotValue> relative_time(const Words& words, DayHalf half) {
  constexpr int minutes = 60;
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    bool is_to = words[i] == "to";
    if (!is_to && words[i] != "past") continue;
    const auto& before = words[i - 1];
    std::optional<int> offset;
    if (before == "half")
      offset = minutes / 2;
    else if (before == "quarter")
      offset = minutes / 4;
    else
      offset = number_before(words, before == "minutes" ? i - 1 : i);
    auto at = i + 1;
    auto hour = whole_number_at(words, at);
    if (!offset || !hour || *offset >= minutes) continue;  // "I want to come"
    return is_to ? on_dial(*hour - 1, minutes - *offset, half) : on_dial(*hour, *offset, half);
  }
  return std::nullopt;
}

}  // namespace

std::optional<SlotValue> parse_date(const Words& words, year_month_day today) {
  auto in = [today](int count) {
    return write_date(year_month_day(sys_days(today) + days(count)));
  };
  if (has(words, "today") || has(words, "tonight")) return in(0);
  if (auto day = std::ranges::find(words, "tomorrow"); day != words.end())
    return in(day != words.begin() && *(day - 1) == "after" ? 2 : 1);
  if (auto date = named_date(words, today)) return date;
  for (const auto& word : words)
    if (auto date = written_date(word, today)) return date;
  for (const auto& word : words) {
    if (word == "mon" || word == "sat" || word == "sun") continue;  // words of other meanings
    auto weekday = place_of(weekdays, word);
    if (!weekday) continue;
    auto ahead = std::chrono::weekday(*weekday) - std::chrono::weekday(sys_days(today));
    constexpr int week = 7;
    // "Friday" said on a Friday is the next one.
    return in(ahead.count() == 0 ? week : static_cast<int>(ahead.count()));
  }
  return std::nullopt;
}

std::optional<SlotValue> keyed_date(std::string_view digits, year_month_day today) {
  if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  auto number = [&digits](std::size_t from, std::size_t count) {
    int value = 0;
    std::from_chars(digits.data() + from, digits.data() + from + count, value);
    return value;
  };
  if (digits.size() == 4) return next_date(number(2, 2), number(0, 2), today);
  if (digits.size() != 8) return std::nullopt;
  if (auto date = write_date(number(0, 4), number(4, 2), number(6, 2))) return date;
  return write_date(number(4, 4), number(2, 2), number(0, 2));
}

std::optional<SlotValue> parse_time(const Words& words) {
  if (has(words, "noon") || has(words, "midday")) return write_time(12, 0);
  if (has(words, "midnight")) return write_time(0, 0);
  auto half = half_of(words);
  if (auto time = relative_time(words, half)) return time;
  for (const auto& word : words)
    if (auto time = written_time(word)) return on_dial(time->first, time->second, half);
  // "For two people at seven" means the seven.
  auto mark = std::ranges::find(words, "at");
  auto begin = mark == words.end() ? std::ptrdiff_t{0} : mark - words.begin();
  for (auto i = static_cast<std::size_t>(begin); i < words.size(); ++i) {
    auto at = i;
    auto hour = whole_number_at(words, at);
    if (!hour && words[i].size() > 2 && (words[i].ends_with("am") || words[i].ends_with("pm"))) {
      int value = 0;
      auto end = words[i].data() + words[i].size() - 2;
      auto read = std::from_chars(words[i].data(), end, value);
      if (read.ec == std::errc{} && read.ptr == end) return on_dial(value, 0, half);
    }
    if (!hour) continue;
    // "Fifteen thirty"; "three oh five" too.
    if (at < words.size() && words[at] == "oh") ++at;
    auto minute = at < words.size() ? whole_number_at(words, at) : std::nullopt;
    return on_dial(*hour, minute.value_or(0), half);
  }
  return std::nullopt;
}

std::optional<SlotValue> keyed_time(std::string_view digits) {
  int number = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.size() > 4)
    return std::nullopt;
  constexpr int hundred = 100;
  return digits.size() <= 2 ? write_time(number, 0)
                            : write_time(number / hundred, number % hundred);
}

}  // namespace aiva::voice
