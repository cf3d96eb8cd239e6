#include "adapters/shopify/internal/export_lines.h"

#include <gtest/gtest.h>

#include <string>

namespace aiva::shopify {
namespace {

std::string product_line(int id) {
  return R"({"id":"gid://shopify/Product/)" + std::to_string(id) +
         R"(","title":"Mug","status":"ACTIVE","publishedAt":"2025-01-01T00:00:00Z"})"
         "\n";
}
std::string variant_line(int id, int product) {
  return R"({"id":"gid://shopify/ProductVariant/)" + std::to_string(id) +
         R"(","price":"5.00","position":1,"image":{"url":"https://a/i.png?v=2"},"__parentId":)"
         R"("gid://shopify/Product/)" +
         std::to_string(product) + "\"}\n";
}
std::string image_line(int id, int product) {
  return R"({"id":"gid://shopify/MediaImage/)" + std::to_string(id) +
         R"(","image":{"url":"https://a/i.png?v=1"},"__parentId":"gid://shopify/Product/)" +
         std::to_string(product) + "\"}\n";
}

std::string text_of_products(int count) {
  std::string text;
  for (int id = 1; id <= count; ++id)
    text += product_line(id) + variant_line(id * 10, id) + image_line(id * 100, id);
  return text;
}

std::string ids_of(ExportLines& lines) {
  std::string ids;
  while (auto product = lines.take()) ids += product->id + " ";
  return ids;
}

TEST(ExportLines, are_products_with_what_belongs_to_them) {
  ExportLines lines(0);
  ASSERT_TRUE(lines.feed(text_of_products(2)));
  auto first = lines.take();

  ASSERT_TRUE(first);
  EXPECT_EQ(first->id, "1");
  EXPECT_EQ(first->title, "Mug");
  EXPECT_TRUE(first->is_published);
  ASSERT_EQ(first->variants.size(), 1U);
  EXPECT_EQ(first->variants[0].price, 5'000'000);
  EXPECT_EQ(first->variants[0].image_id, "100");
  ASSERT_EQ(first->images.size(), 1U);
  EXPECT_FALSE(lines.take());  // whose lines may still come
  ASSERT_TRUE(lines.finish());
  EXPECT_EQ(ids_of(lines), "2 ");
  EXPECT_EQ(lines.lines(), 6);
}

TEST(ExportLines, may_be_cut_into_any_pieces) {
  auto text = text_of_products(5);
  text.pop_back();  // the last line need not end
  for (std::size_t size = 1; size < 300; size += 7) {
    ExportLines lines(0);
    for (std::size_t at = 0; at < text.size(); at += size)
      ASSERT_TRUE(lines.feed(std::string_view(text).substr(at, size)));
    ASSERT_TRUE(lines.finish());
    EXPECT_EQ(ids_of(lines), "1 2 3 4 5 ") << size;
  }
}

TEST(ExportLines, go_on_behind_those_that_are_known) {
  for (int skip : {0, 1, 4, 5, 9}) {
    ExportLines lines(skip);
    ASSERT_TRUE(lines.feed(text_of_products(5)));
    ASSERT_TRUE(lines.finish());
    std::string ids;
    for (int id = skip + 1; id <= 5; ++id) ids += std::to_string(id) + " ";
    EXPECT_EQ(ids_of(lines), ids) << skip;
    EXPECT_EQ(lines.lines(), 15);
  }
}

TEST(ExportLines, fail_where_they_make_no_sense) {
  for (const auto& text : {std::string("nonsense\n"), std::string("[]\n"), std::string("{}\n"),
                           variant_line(1, 1), product_line(1) + variant_line(10, 2),
                           std::string(R"({"id":"gid://shopify/Shop/1"})"
                                       "\n")}) {
    ExportLines lines(0);
    auto fed = lines.feed(text);
    ASSERT_FALSE(fed) << text;
    EXPECT_EQ(fed.error().code, ErrorCode::unavailable);
  }
  ExportLines cut(0);
  ASSERT_TRUE(cut.feed(product_line(1) + variant_line(10, 1).substr(0, 30)));
  EXPECT_FALSE(cut.finish());
  ExportLines endless(0);
  Result<void> fed;
  for (int i = 0; i < 20 && fed; ++i) fed = endless.feed(std::string(1024 * 1024, 'a'));
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace aiva::shopify
