#include "capabilities/voice/ivr_slots.h"

#include <gtest/gtest.h>

namespace aiva::voice {
namespace {

using namespace std::chrono_literals;

// A Wednesday.
constexpr std::chrono::year_month_day today = 2031y / 3 / 5;

struct Case {
  SlotType type;
  const char* words;
  const char* value;  // empty: it says no such thing
};

std::string value_of(SlotType type, SlotAnswer answer,
                     const std::vector<SlotChoice>& choices = {}) {
  auto value = parse_slot(type, choices, answer, today);
  return value ? value->value : "";
}

TEST(Slot, is_what_the_words_say) {
  using enum SlotType;
  for (auto [type, words, value] : {
           Case{name, "My name is Ada Lovelace.", "Ada Lovelace"},
           {name, "uh, this is Grace", "Grace"},
           {name, "O'Neil", "O'neil"},
           {name, "it's 42", ""},
           {name, "", ""},
           {name, "one two three four five six seven eight", ""},
           {phone, "plus four nine three oh, one two three four five six", "+4930123456"},
           {phone, "It is 030 / 123 456", "030123456"},
           {phone, "double five five, twenty one, triple seven", "55521777"},
           {phone, "one two", ""},
           {email, "ada dot lovelace at example dot com", "ada.lovelace@example.com"},
           {email, "My email is ada_l@mail.example.org.", "ada_l@mail.example.org"},
           {email, "ada minus l at example", ""},
           {email, "at example dot com", ""},
           {number, "forty two", "42"},
           {number, "two hundred and five thousand three hundred and one", "205301"},
           {number, "minus three point five", "-3.5"},
           {number, "about 1,200 please", "1200"},
           {number, "a hundred", "100"},
           {number, "twenty-one", "21"},
           {number, "one or three", ""},
           {number, "none", ""},
           {date, "today", "2031-03-05"},
           {date, "the day after tomorrow", "2031-03-07"},
           {date, "tomorrow", "2031-03-06"},
           {date, "next Friday please", "2031-03-07"},
           {date, "on Wednesday", "2031-03-12"},
           {date, "the third of March", "2032-03-03"},
           {date, "March 6th", "2031-03-06"},
           {date, "the twenty first of december twenty thirty five", "2035-12-21"},
           {date, "march the 3rd 2033", "2033-03-03"},
           {date, "february twenty ninth", "2032-02-29"},
           {date, "2031-12-24", "2031-12-24"},
           {date, "24.12.2031", "2031-12-24"},
           {date, "12/24/2031", "2031-12-24"},
           {date, "31.2.2031", ""},
           {date, "67567-03-03", ""},
           {date, "3.259.2031", ""},
           {date, "tomorrow after five", "2031-03-06"},
           {date, "whenever", ""},
           {time, "half past three", "15:30"},
           {time, "quarter to five pm", "16:45"},
           {time, "ten minutes past nine", "09:10"},
           {time, "twenty five to eleven", "10:35"},
           {time, "3:30 am", "03:30"},
           {time, "3pm", "15:00"},
           {time, "fifteen thirty", "15:30"},
           {time, "nine oh five", "09:05"},
           {time, "at noon", "12:00"},
           {time, "I want to come at half past three", "15:30"},
           {time, "for two people at seven", "19:00"},
           {time, "twelve in the morning", "00:00"},
           {time, "15:75", ""},
           {time, "later", ""},
           {yes_no, "Yes, please", "yes"},
           {yes_no, "That's right", "yes"},
           {yes_no, "no, not that", "no"},
           {yes_no, "No, that's right", "no"},
           {yes_no, "ja genau", "yes"},
           {yes_no, "maybe", ""},
           {freeform, "  My screen is blank. ", "My screen is blank."},
           {freeform, "   ", ""},
       })
    EXPECT_EQ(value_of(type, {.words = words}), value) << name_of(type) << ": " << words;
}

TEST(Slot, is_what_is_keyed_in) {
  using enum SlotType;
  for (auto [type, digits, value] : {
           Case{phone, "004930123456", "+4930123456"},
           {number, "42", "42"},
           {date, "2412", "2031-12-24"},
           {date, "24122031", "2031-12-24"},
           {date, "20311224", "2031-12-24"},
           {date, "99", ""},
           {time, "1530", "15:30"},
           {time, "930", "09:30"},
           {time, "9", "09:00"},
           {time, "2560", ""},
           {yes_no, "1", "yes"},
           {yes_no, "2", "no"},
           {yes_no, "3", ""},
           {name, "2", ""},
           {freeform, "77", "77"},
       })
    EXPECT_EQ(value_of(type, {.digits = digits}), value) << name_of(type) << ": " << digits;
}

TEST(Slot, is_the_choice_that_is_named_best) {
  std::vector<SlotChoice> choices{{.value = "sales", .words = {"buy", "new order"}},
                                  {.value = "support", .words = {"broken", "order status"}},
                                  {.value = "other", .digit = "9"}};
  auto by = [&](SlotAnswer answer) { return value_of(SlotType::choice, answer, choices); };

  EXPECT_EQ(by({.words = "I want to buy something"}), "sales");
  EXPECT_EQ(by({.words = "Support!"}), "support");
  EXPECT_EQ(by({.words = "my order status for sales"}), "support");
  EXPECT_EQ(by({.words = "sales or support"}), "");
  EXPECT_EQ(by({.words = "supporting"}), "");
  EXPECT_EQ(by({.digits = "2"}), "support");
  EXPECT_EQ(by({.digits = "9"}), "other");
  EXPECT_EQ(by({.digits = "3"}), "");
}

TEST(Slot, is_said_back_as_people_say_it) {
  auto spoken = [](SlotType type, const char* words) {
    auto value = parse_slot(type, {}, {.words = words}, today);
    return value ? value->spoken : "";
  };

  EXPECT_EQ(spoken(SlotType::date, "the third of march"), "March 3, 2032");
  EXPECT_EQ(spoken(SlotType::time, "half past three"), "3:30 PM");
  EXPECT_EQ(spoken(SlotType::phone, "+49301234"), "plus 4 9 3, 0 1 2, 3 4");
  EXPECT_EQ(spoken(SlotType::email, "ada at example dot com"), "ada at example dot com");
}

}  // namespace
}  // namespace aiva::voice
