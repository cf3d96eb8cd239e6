#include "capabilities/chat/personal_data.h"

#include <gtest/gtest.h>

namespace aiva::chat {
namespace {

TEST(PersonalMask, hides_addresses_phones_and_cards) {
  struct Case {
    std::string_view text;
    std::string_view masked;
  };
  for (const auto& [text, masked] : std::initializer_list<Case>{
           {"Write to ann.b+x@mail.example.com, please.", "Write to {{email_1}}, please."},
           {"Call +49 170 1234567 now", "Call {{phone_1}} now"},
           {"Call (030) 12345-67.", "Call {{phone_1}}."},
           {"Call 0170/1234567!", "Call {{phone_1}}!"},
           {"Card 4111 1111 1111 1111 ok", "Card {{card_1}} ok"},
           {"Card 4111 1111 1111 1112 no", "Card 4111 1111 1111 1112 no"},
           {"Order 20250131 of 2025-01-31 costs 1.234.567",
            "Order 20250131 of 2025-01-31 costs 1.234.567"},
           {"a @ b, x@y, @home", "a @ b, x@y, @home"},
           {"", ""},
       }) {
    PersonalMask mask;
    EXPECT_EQ(mask.mask(text), masked);
    EXPECT_EQ(mask.unmask(masked), text);
  }
}

TEST(PersonalMask, calls_the_same_value_by_the_same_name) {
  PersonalMask mask;

  EXPECT_EQ(mask.mask("a@b.example c@d.example"), "{{email_1}} {{email_2}}");
  EXPECT_EQ(mask.mask("c@d.example"), "{{email_2}}");
}

TEST(UnmaskFilter, puts_values_back_across_pieces) {
  PersonalMask mask;
  mask.mask("a@b.example");
  for (std::size_t piece : {1U, 2U, 5U, 100U}) {
    UnmaskFilter filter(mask);
    std::string_view text = "{ {{ {{email_1}} {{email_9}} {{x {{email_1";
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += piece)
      out += filter.push(text.substr(at, piece));
    EXPECT_EQ(out + filter.finish(), "{ {{ a@b.example {{email_9}} {{x {{email_1") << piece;
  }
}

}  // namespace
}  // namespace aiva::chat
