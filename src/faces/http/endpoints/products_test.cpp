#include "faces/http/endpoints/products.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "faces/http/endpoints/commerce_fixture.h"
#include "faces/http/testing/test_server.h"
#include "foundation/crypto.h"
#include "foundation/json.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::http {
namespace {

using http::testing::RawResponse;
using http::testing::TestServer;

class ProductEndpoints : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = std::make_unique<TestServer>(product_routes({.catalogue = catalogue_,
                                                           .search = search_,
                                                           .staging_folder = folder_.path(),
                                                           .files = files_}));
    auto add = [this](std::string secret, TenantId tenant, identity::Role role) {
      server_->authenticator.add(std::move(secret),
                                 {.tenant = tenant,
                                  .user = UserId::make(),
                                  .role = role,
                                  .permissions = identity::permissions_of(role)});
    };
    add("mine", tenant_, identity::Role::client);
    add("other", TenantId::make(), identity::Role::admin);
  }
  void TearDown() override { server_.reset(); }

  RawResponse send(std::string method, std::string target, std::string body = {},
                   const std::string& who = "mine", std::string type = "application/json") {
    return server_->send({.method = std::move(method),
                          .target = std::move(target),
                          .headers = {"Authorization: Bearer " + who},
                          .body = std::move(body),
                          .content_type = std::move(type)});
  }
  RawResponse search(const std::string& fields) {
    return send("POST", "/api/v1/products/search", R"({"kb_id":")" + base_ + "\"" + fields + "}");
  }
  static json::Value data(const RawResponse& response) {
    auto value = json::parse(response.body);
    if (!value || !value->is_object() || !value->get_object().contains("data")) {
      ADD_FAILURE() << response.status << " " << response.body;
      return json::Object{};
    }
    return value->get_object().at("data");
  }
  [[nodiscard]] std::string place() const { return "/api/shopify/" + tenant_.to_string(); }

  TemporaryFolder folder_;
  ThreadPool files_{{.name = "files"}};
  TenantId tenant_ = TenantId::make();
  std::string base_ = KnowledgeBaseId::make().to_string();
  PreparedCatalogue catalogue_{tenant_};
  PreparedProducts search_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(ProductEndpoints, show_products_with_money_as_text) {
  auto product = data(send("GET", place() + "/products/" + catalogue_.product.id.to_string()));

  EXPECT_EQ(product.at("shopify_id"), "gid-1");
  EXPECT_EQ(product.at("status"), "active");
  EXPECT_EQ(product.at("price_min"), "12.50");
  EXPECT_EQ(product.at("price_max"), "14.00");
  EXPECT_EQ(product.at("currency"), "EUR");
  EXPECT_EQ(product.at("inventory"), 7);
  EXPECT_EQ(product.at("available"), true);
  EXPECT_EQ(product.at("rating"), 4.5);
  EXPECT_EQ(product.at("collections").at(0).at("title"), "Light");
  const auto& red = product.at("variants").at(0);
  EXPECT_EQ(red.at("price"), "12.50");
  EXPECT_TRUE(red.at("compare_at_price").is_null());
  EXPECT_EQ(red.at("available"), false);
  EXPECT_EQ(red.at("options").at(0).at("value"), "red");
  EXPECT_EQ(product.at("variants").at(1).at("compare_at_price"), "20.00");
  const auto& image = product.at("images").at(0);
  EXPECT_EQ(image.at("url"), "https://cdn.example/lamp.jpg");
  EXPECT_TRUE(image.at("thumbnail_url").as_string().ends_with(".thumbnail.jpg"));
  EXPECT_TRUE(product.at("images").at(1).at("thumbnail_url").is_null());
  EXPECT_EQ(product.at("images").at(1).at("error_message"), "404");
}

TEST_F(ProductEndpoints, list_products_by_their_filters) {
  auto store = commerce::StoreId::make().to_string();
  auto page = data(
      send("GET", place() + "/products?limit=1&status=draft&search=LAMP-red&store_id=" + store +
                      "&with_deleted=true"));
  auto next = std::string(page.at("next_cursor").as_string());
  auto second = send("GET", place() + "/products?limit=1&cursor=" + next);

  EXPECT_EQ(page.at("total"), 3);
  EXPECT_EQ(page.at("items").as_array().size(), 1U);
  EXPECT_EQ(second.status, 200) << second.body;
  ASSERT_EQ(catalogue_.filters.size(), 2U);
  const auto& filter = catalogue_.filters.front();
  EXPECT_EQ(filter.state, ProductState::draft);
  EXPECT_EQ(filter.text, "LAMP-red");
  EXPECT_TRUE(filter.with_deleted);
  ASSERT_TRUE(filter.store);
  EXPECT_EQ(filter.store->to_string(), store);
  ASSERT_TRUE(catalogue_.filters.back().page.after);
  EXPECT_EQ(catalogue_.filters.back().page.after->key, catalogue_.product.synced_at);
  for (const auto* query : {"status=deleted", "status=x", "store_id=x", "with_deleted=x"})
    EXPECT_EQ(send("GET", place() + "/products?" + query).status, 422) << query;
  EXPECT_EQ(send("GET", place() + "/products?search=" + std::string(201, 'a')).status, 422);
  EXPECT_EQ(data(send("GET", place() + "/stats")).at("variants"), 5);
}

TEST_F(ProductEndpoints, find_products_with_facets) {
  auto found = data(search(R"(,"query":"lmap","facets":true)"));

  EXPECT_EQ(found.at("total_found"), 4);
  EXPECT_EQ(found.at("corrected_query"), "lamp");
  const auto& hit = found.at("product_results").at(0);
  EXPECT_EQ(hit.at("type"), "product");
  EXPECT_EQ(hit.at("result_id"), hit.at("product").at("id"));
  EXPECT_EQ(hit.at("scoring_details").at("cosine_similarity"), 0.5);
  EXPECT_TRUE(hit.at("scoring_details").at("picture_similarity").is_null());
  ASSERT_EQ(hit.at("matching_variants").as_array().size(), 1U);
  EXPECT_EQ(hit.at("matching_variants").at(0).at("sku"), "LAMP-blue");
  EXPECT_EQ(found.at("facets").at("vendors").at(0).at("count"), 1);
  EXPECT_EQ(found.at("facets").at("price_min"), "12.50");
  EXPECT_TRUE(data(search("")).at("facets").is_null());
}

TEST_F(ProductEndpoints, pass_every_part_of_a_search_on) {
  auto like = ImageId::make().to_string();
  auto found = search(R"(,"query":"q","like_image_id":")" + like +
                      R"(","sort":"price_asc","limit":5,"offset":20,"filters":{)"
                      R"("price_min":"10","price_max":19.99,"in_stock":true,"on_sale":false,)"
                      R"("tags":["a"],"vendors":["b"],"product_types":["c"],"collections":["d"],)"
                      R"("options":{"Size":"M","Color":["red","blue"]},"rating_min":4})");

  ASSERT_EQ(found.status, 200) << found.body;
  ASSERT_EQ(search_.asked.size(), 1U);
  const auto& asked = search_.asked.front();
  EXPECT_EQ(asked.text, "q");
  ASSERT_TRUE(asked.like);
  EXPECT_EQ(asked.like->to_string(), like);
  EXPECT_EQ(asked.sort, commerce::ProductSort::price_up);
  EXPECT_EQ(asked.limit, 5);
  EXPECT_EQ(asked.offset, 20);
  EXPECT_TRUE(asked.is_billed);
  commerce::ProductFilter filter{.price_min = 10'000'000,
                                 .price_max = 19'990'000,
                                 .in_stock = true,
                                 .on_sale = false,
                                 .tags = {"a"},
                                 .vendors = {"b"},
                                 .types = {"c"},
                                 .collections = {"d"},
                                 .rating_min = 4};
  filter.options = {{"Size", "M"}, {"Color", "red"}, {"Color", "blue"}};
  EXPECT_EQ(asked.filter, filter);
}

TEST_F(ProductEndpoints, look_for_a_picture_in_json_and_in_a_form) {
  auto json = search(R"(,"image":")" + to_base64("picture 1") + "\"");
  auto form = send("POST", "/api/v1/products/search",
                   "--b\r\nContent-Disposition: form-data; name=\"kb_id\"\r\n\r\n" + base_ +
                       "\r\n--b\r\nContent-Disposition: form-data; name=\"limit\"\r\n\r\n7"
                       "\r\n--b\r\nContent-Disposition: form-data; name=\"filters\"\r\n\r\n"
                       R"({"in_stock":true})"
                       "\r\n--b\r\nContent-Disposition: form-data; name=\"image\"; "
                       "filename=\"x.png\"\r\n\r\npicture 2\r\n--b--\r\n",
                   "mine", "multipart/form-data; boundary=b");

  EXPECT_EQ(json.status, 200) << json.body;
  EXPECT_EQ(form.status, 200) << form.body;
  EXPECT_EQ(search_.pictures, (std::vector<std::string>{"picture 1", "picture 2"}));
  ASSERT_EQ(search_.asked.size(), 2U);
  EXPECT_EQ(search_.asked.back().limit, 7);
  EXPECT_EQ(search_.asked.back().filter.in_stock, true);
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
    ADD_FAILURE() << entry.path();
}

TEST_F(ProductEndpoints, say_what_is_wrong_with_a_search) {
  for (const auto* fields :
       {R"(,"limit":0)", R"(,"offset":10001)", R"(,"sort":"best")", R"(,"image":"***")",
        R"(,"like_image_id":"x")", R"(,"filters":{"colour":"red"})",
        R"(,"filters":{"price_min":"cheap"})", R"(,"filters":{"price_min":-1})",
        R"(,"filters":{"price_min":5,"price_max":4})", R"(,"filters":{"options":{"Size":[]}})",
        R"(,"filters":{"tags":[7]})", R"(,"filters":[])"})
    EXPECT_EQ(search(fields).status, 422) << fields;
  EXPECT_EQ(send("POST", "/api/v1/products/search", R"({"query":"q"})").status, 422);
  EXPECT_TRUE(search_.asked.empty());
}

TEST_F(ProductEndpoints, show_nothing_to_other_tenants) {
  auto one = "/products/" + catalogue_.product.id.to_string();

  EXPECT_EQ(send("GET", place() + one, "", "other").status, 403);
  EXPECT_EQ(send("GET", place() + "/products/x").status, 404);
}

}  // namespace
}  // namespace aiva::http
