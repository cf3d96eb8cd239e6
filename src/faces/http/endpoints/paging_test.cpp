#include "faces/http/endpoints/paging.h"

#include <gtest/gtest.h>

#include "foundation/crypto.h"

namespace aiva::http {
namespace {

struct Entry {
  Id<struct EntryTag> id = Id<EntryTag>::make();
  UnixMs created_at = 0;
};

struct FoundEntries {
  std::vector<Entry> items;
  std::int64_t total = 0;
};

struct WantedPage {
  int page = 0;
  int limit = 0;
  std::optional<ListPosition> after{};
};

Request query(std::vector<std::pair<std::string, std::string>> pairs) {
  Request request;
  request.query = std::move(pairs);
  return request;
}

json::Value data_of(const FoundEntries& found, const ListRequest& wanted) {
  auto response = list_response(found, wanted, [](JsonWriter& writer, const Entry& entry) {
    writer.value(entry.created_at);
  });
  return json::parse(response.body)->at("data");
}

FoundEntries entries(std::size_t count, std::int64_t total) {
  FoundEntries found{.items = {}, .total = total};
  for (std::size_t i = 0; i < count; ++i)
    found.items.push_back({.created_at = 1000 - static_cast<UnixMs>(i)});
  return found;
}

TEST(Paging, offers_a_cursor_beside_a_page_while_the_list_goes_on) {
  auto first = read_list_request(query({{"limit", "2"}}), "things");
  auto last = read_list_request(query({{"limit", "2"}, {"page", "2"}}), "things");
  ASSERT_TRUE(first && last);
  auto found = entries(2, 4);

  auto data = data_of(found, *first);

  EXPECT_EQ(data.at("page"), 1);
  EXPECT_EQ(data.at("next_cursor").as_string(), make_cursor("things", position_of(found.items[1])));
  EXPECT_TRUE(data_of(found, *last).at("next_cursor").is_null());
  EXPECT_TRUE(data_of(entries(1, 1), *first).at("next_cursor").is_null());
  EXPECT_TRUE(data_of(entries(0, 0), *first).at("next_cursor").is_null());
}

TEST(Paging, looks_one_entry_ahead_behind_a_cursor) {
  auto found = entries(3, 9);
  auto cursor = make_cursor("things", position_of(found.items[0]));
  auto wanted = read_list_request(query({{"limit", "2"}, {"cursor", cursor}}), "things");
  ASSERT_TRUE(wanted);

  auto asked = wanted->as<WantedPage>();
  auto more = data_of(found, *wanted);
  auto end = data_of(entries(2, 9), *wanted);

  EXPECT_EQ(asked.page, 1);
  EXPECT_EQ(asked.limit, 3);
  EXPECT_EQ(asked.after, position_of(found.items[0]));
  EXPECT_EQ(more.at("items").as_array().size(), 2U);
  EXPECT_FALSE(more.as_object().contains("page"));
  EXPECT_EQ(more.at("next_cursor").as_string(), make_cursor("things", position_of(found.items[1])));
  EXPECT_EQ(end.at("items").as_array().size(), 2U);
  EXPECT_TRUE(end.at("next_cursor").is_null());
}

TEST(Paging, asks_for_no_more_than_the_greatest_page) {
  auto cursor = make_cursor("things", {.key = 5});
  auto wanted = read_list_request(query({{"limit", "200"}, {"cursor", cursor}}), "things");
  ASSERT_TRUE(wanted);

  EXPECT_EQ(wanted->as<WantedPage>().limit, 200);
  EXPECT_FALSE(data_of(entries(200, 900), *wanted).at("next_cursor").is_null());
  EXPECT_TRUE(data_of(entries(199, 900), *wanted).at("next_cursor").is_null());
}

TEST(Paging, refuses_cursors_it_did_not_make) {
  auto id = Uuid::make().to_string();
  auto good = make_cursor("things", {.key = 5, .id = {*Uuid::parse(id)}});
  std::vector<std::string> bad = {"x",
                                  "***",
                                  good + "=",
                                  good + "A",
                                  make_cursor("others", {.key = 5}),
                                  to_base64url("things 5"),
                                  to_base64url("things 05 " + id),
                                  to_base64url("things +5 " + id),
                                  to_base64url("things 5 " + id + " "),
                                  to_base64url("things 99999999999999999999 " + id),
                                  to_base64url("things 5 ' OR 1=1 --"),
                                  std::string(10'000, 'A')};

  EXPECT_TRUE(read_list_request(query({{"cursor", good}}), "things"));
  for (const auto& cursor : bad) {
    auto wanted = read_list_request(query({{"cursor", cursor}}), "things");
    ASSERT_FALSE(wanted) << cursor;
    EXPECT_EQ(wanted.error().details.at(0).field, "cursor");
  }
  EXPECT_FALSE(read_list_request(query({{"cursor", good}, {"page", "2"}}), "things"));
}

}  // namespace
}  // namespace aiva::http
