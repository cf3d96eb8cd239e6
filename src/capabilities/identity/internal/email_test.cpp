#include "capabilities/identity/internal/email.h"

#include <gtest/gtest.h>

namespace aiva::identity {
namespace {

TEST(Email, is_trimmed_and_lower_case) {
  EXPECT_EQ(normalize_email(" Ann.Lee+news@Example.COM\n").value_or(""),
            "ann.lee+news@example.com");
  EXPECT_EQ(normalize_email("admin@localhost").value_or(""), "admin@localhost");
}

TEST(Email, refuses_what_cannot_be_an_address) {
  const std::string long_local = std::string(65, 'a') + "@example.com";
  const std::string long_whole = "a@" + std::string(60, 'b') + "." + std::string(60, 'c') + "." +
                                 std::string(60, 'd') + "." + std::string(60, 'e') + "." +
                                 std::string(20, 'f');
  for (const std::string& text :
       {std::string(), std::string("ann"), std::string("@example.com"), std::string("ann@"),
        std::string("ann@@example.com"), std::string("ann lee@example.com"),
        std::string("ann@exa mple.com"), std::string("ann@-example.com"),
        std::string("ann@example-.com"), std::string("ann@example..com"),
        std::string(".ann@example.com"), std::string("ann@example.com\0x", 17),
        std::string("\"ann\"@example.com"), std::string("änn@example.com"), long_local,
        long_whole}) {
    auto refused = normalize_email(text);
    ASSERT_FALSE(refused.has_value()) << text;
    EXPECT_EQ(refused.error().details[0].field, "email");
  }
}

}  // namespace
}  // namespace aiva::identity
