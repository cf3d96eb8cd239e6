#include "capabilities/search/search_filter.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace aiva::search {
namespace {

json::Object object(std::string_view text) { return json::parse(text)->get_object(); }

TEST(SearchFilter, wants_every_member_with_its_value) {
  auto metadata = object(R"({"year":2024,"kind":"report","final":true,"note":null,)"
                         R"("tags":["a","b"],"date":"2024-05-01"})");

  for (auto [wanted, fits] : std::vector<std::pair<std::string, bool>>{
           {"{}", true},
           {R"({"year":2024.0,"kind":"report"})", true},
           {R"({"final":true,"note":null})", true},
           {R"({"year":"2024"})", false},
           {R"({"kind":"report","year":2023})", false},
           {R"({"missing":null})", false},
           {R"({"tags":"b"})", true},
           {R"({"tags":"c"})", false},
           {R"({"year":{"gte":2024,"lt":2025}})", true},
           {R"({"year":{"gt":2024}})", false},
           {R"({"year":{"lte":2023}})", false},
           {R"({"date":{"gte":"2024-01-01","lt":"2025-01-01"}})", true},
           {R"({"date":{"gt":7}})", false},
           {R"({"kind":{"in":["note","report"]}})", true},
           {R"({"kind":{"in":[]}})", false},
           {R"({"tags":{"in":["x","a"]}})", true},
           {R"({"kind":{"ne":"note"},"missing":{"ne":1}})", true},
           {R"({"tags":{"ne":"a"}})", false},
           {R"({"missing":{"exists":false},"year":{"exists":true}})", true},
           {R"({"year":{"exists":false}})", false}})
    EXPECT_EQ(fits_metadata(metadata, object(wanted)), fits) << wanted;
}

TEST(SearchFilter, names_its_mistakes) {
  SearchFilter good{.metadata = object(R"({"a":1,"b":{"in":[1,"x"]},"c":{"exists":true}})"),
                    .page_min = 3,
                    .page_max = 3};
  EXPECT_TRUE(mistakes_of(good).empty());

  for (const std::string wrong :
       {R"({"a":[1]})", R"({"a":{}})", R"({"a":{"like":"x"}})", R"({"a":{"gt":[1]}})",
        R"({"a":{"in":3}})", R"({"a":{"exists":1}})"}) {
    SearchFilter filter{.metadata = object(wrong)};
    auto mistakes = mistakes_of(filter);
    ASSERT_EQ(mistakes.size(), 1U) << wrong;
    EXPECT_EQ(mistakes[0].field, "filters.metadata.a");
  }
  SearchFilter turned{.created_from = 9, .created_until = 3, .page_min = 4, .page_max = 2};
  EXPECT_EQ(mistakes_of(turned).size(), 2U);
}

TEST(SearchFilter, finds_the_documents_it_allows) {
  std::vector<knowledge::CatalogEntry> catalog{
      {DocumentId::make(), 100, object(R"({"tags":["x","y"],"year":2024})")},
      {DocumentId::make(), 200, object(R"({"tags":["x"],"year":2023})")},
      {DocumentId::make(), 300, {}}};
  auto allowed = [&](SearchFilter filter) { return allowed_documents(catalog, filter); };

  EXPECT_EQ(allowed({.tags = {"x"}}), (DocumentSet{catalog[0].id, catalog[1].id}));
  EXPECT_EQ(allowed({.tags = {"x", "y"}}), DocumentSet{catalog[0].id});
  EXPECT_EQ(allowed({.documents = {catalog[2].id, DocumentId::make()}}),
            DocumentSet{catalog[2].id});
  EXPECT_EQ(allowed({.created_from = 150, .created_until = 250}), DocumentSet{catalog[1].id});
  EXPECT_EQ(allowed({.metadata = object(R"({"year":{"lt":2024}})")}), DocumentSet{catalog[1].id});
}

}  // namespace
}  // namespace aiva::search
