#include "faces/load/plan.h"

#include <gtest/gtest.h>

namespace aiva::load {
namespace {

TEST(Plan, reads_where_the_service_is) {
  auto target = parse_target("http://127.0.0.1:8080/aiva/");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->host, "127.0.0.1");
  EXPECT_EQ(target->port, "8080");
  EXPECT_EQ(target->authority, "127.0.0.1:8080");
  EXPECT_EQ(target->prefix, "/aiva");
  EXPECT_EQ(parse_target("http://aiva.test")->port, "80");
  EXPECT_EQ(parse_target("http://[::1]:81")->host, "::1");
}

TEST(Plan, refuses_what_it_cannot_speak_to) {
  for (const auto* url :
       {"", "127.0.0.1:8080", "https://aiva.test", "http://", "http://u:p@h", "http://h?x=1",
        "ftp://h", "http://h:port", "http://h:70000", "http://h:0", "http://h\r\nX: 1"})
    EXPECT_FALSE(parse_target(url)) << url;
}

TEST(Plan, reads_how_long_users_think) {
  EXPECT_EQ(parse_think_time("4s")->least, Milliseconds(2000));
  EXPECT_EQ(parse_think_time("4s")->most, Milliseconds(6000));
  EXPECT_EQ(parse_think_time("1s-3s")->most, Milliseconds(3000));
  EXPECT_EQ(parse_think_time("0")->most, Milliseconds(0));
  for (const auto* text : {"", "3s-1s", "-1s", "1s-", "soon"})
    EXPECT_FALSE(parse_think_time(text)) << text;
}

}  // namespace
}  // namespace aiva::load
