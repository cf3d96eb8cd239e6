#include "faces/http/internal/target.h"

#include <gtest/gtest.h>

namespace aiva::http {
namespace {

TEST(Target, splits_path_and_query) {
  auto target = split_target("/a/b?c=d?e#f");

  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a/b");
  EXPECT_EQ(target->query, "c=d?e");
}

TEST(Target, takes_absolute_form) {
  EXPECT_EQ(split_target("http://host:80/a?b")->path, "/a");
  EXPECT_EQ(split_target("https://host")->path, "/");
  EXPECT_EQ(split_target("http://host?x")->path, "/");
}

TEST(Target, refuses_other_forms) {
  EXPECT_FALSE(split_target("*"));
  EXPECT_FALSE(split_target("host:80"));
  EXPECT_FALSE(split_target("ftp://host/a"));
  EXPECT_FALSE(split_target(""));
}

TEST(Target, decodes_a_path) {
  std::string path;

  EXPECT_TRUE(decode_path("/a%20b/%C3%BC+", path));

  EXPECT_EQ(path, "/a b/ü+");
}

TEST(Target, refuses_paths_that_hide_something) {
  std::string path;
  for (const char* bad : {"/a%2Fb", "/a%00", "/a%", "/a%4", "/a%zz", "/a%0d%0aX", "/%ff", "/%C3",
                          "/%C0%AF", "/%ED%A0%80"})
    EXPECT_FALSE(decode_path(bad, path)) << bad;
}

TEST(Target, decodes_a_query) {
  std::vector<std::pair<std::string, std::string>> query;

  EXPECT_TRUE(decode_query("a=1&b=x+y%26z&&c&=d&a=2", query));

  ASSERT_EQ(query.size(), 5U);
  EXPECT_EQ(query[1].second, "x y&z");
  EXPECT_EQ(query[2].first, "c");
  EXPECT_EQ(query[2].second, "");
  EXPECT_EQ(query[4].second, "2");
}

TEST(Target, refuses_malformed_queries) {
  std::vector<std::pair<std::string, std::string>> query;
  EXPECT_FALSE(decode_query("a=%", query));
  EXPECT_FALSE(decode_query("a=%fe", query));
  std::string many;
  for (int i = 0; i < 101; ++i) many += "a=b&";
  query.clear();
  EXPECT_FALSE(decode_query(many, query));
}

}  // namespace
}  // namespace aiva::http
