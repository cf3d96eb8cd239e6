#include "faces/http/endpoints/images.h"

#include <gtest/gtest.h>

#include <string>

#include "capabilities/images/testing/images_fixture.h"
#include "faces/http/endpoints/commerce_fixture.h"
#include "faces/http/endpoints/knowledge_bases.h"
#include "faces/http/testing/test_server.h"
#include "foundation/crypto.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

using http::testing::RawResponse;
using http::testing::TestServer;

class ImageEndpoints : public images::ImagesTest {
 protected:
  void SetUp() override {
    ImagesTest::SetUp();
    server_ = std::make_unique<TestServer>(image_routes(
        {.images = *images_, .staging_folder = objects_.staging_folder(), .files = pool_}));
    auto add = [this](std::string secret, TenantId tenant, identity::Role role) {
      server_->authenticator.add(std::move(secret),
                                 {.tenant = tenant,
                                  .user = UserId::make(),
                                  .role = role,
                                  .permissions = identity::permissions_of(role)});
    };
    add("mine", tenant_, identity::Role::admin);
    add("other", other_tenant_, identity::Role::admin);
    add("viewer", tenant_, identity::Role::client);
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
  RawResponse send_form(std::string target, const std::string& file,
                        const std::vector<std::pair<std::string, std::string>>& fields = {},
                        const std::string& who = "mine", const std::string& name = "file") {
    std::string body;
    for (const auto& [field, value] : fields)
      body +=
          "--b\r\nContent-Disposition: form-data; name=\"" + field + "\"\r\n\r\n" + value + "\r\n";
    if (!file.empty())
      body += "--b\r\nContent-Disposition: form-data; name=\"" + name +
              "\"; filename=\"red.png\"\r\n\r\n" + file + "\r\n";
    body += "--b--\r\n";
    return send("POST", std::move(target), body, who, "multipart/form-data; boundary=b");
  }
  static json::Object data(const RawResponse& response) {
    auto value = json::parse(response.body);
    if (!value || !value->is_object() || !value->get_object().contains("data")) {
      ADD_FAILURE() << response.status << " " << response.body;
      return {};
    }
    return value->get_object().at("data").get_object();
  }
  [[nodiscard]] std::string place() const {
    return "/api/knowledge/" + base_.to_string() + "/images";
  }

  std::unique_ptr<TestServer> server_;
};

const std::string red = FakePictureReader::painted(220, 20, 20);

TEST_F(ImageEndpoints, upload_answers_with_the_finished_image) {
  auto response =
      send_form(place(), red, {{"description", "A red wall"}, {"metadata", "{\"a\":1}"}});

  EXPECT_EQ(response.status, 201) << response.body;
  auto image = data(response);
  EXPECT_EQ(image.at("filename").as_string(), "red.png");
  EXPECT_EQ(image.at("description").as_string(), "A red wall");
  EXPECT_EQ(image.at("labels").as_array().size(), 1U);
  EXPECT_EQ(image.at("metadata").as_object().at("a").as_int64(), 1);
  EXPECT_TRUE(image.at("duplicate_of").is_null());
  EXPECT_EQ(send_form(place(), red).status, 200) << "the same file again";
}

TEST_F(ImageEndpoints, upload_without_a_base_in_the_path_takes_it_from_the_form) {
  auto response =
      send_form("/api/v1/images/upload", red, {{"kb_id", base_.to_string()}}, "mine", "image");

  EXPECT_EQ(response.status, 201) << response.body;
  EXPECT_EQ(send_form("/api/v1/images/upload", red).status, 422);
  EXPECT_EQ(send_form("/api/v1/images/upload", red, {{"kb_id", "x"}}).status, 404);
}

TEST_F(ImageEndpoints, upload_says_what_is_wrong) {
  EXPECT_EQ(send_form(place(), "").status, 422);
  EXPECT_EQ(send_form(place(), "no image").status, 400);
  EXPECT_EQ(send_form(place(), red, {{"metadata", "[]"}}).status, 422);
  EXPECT_EQ(send_form(place(), red, {}, "viewer").status, 403);
  EXPECT_EQ(send_form(place(), red, {}, "other").status, 404);
  EXPECT_EQ(send("POST", place(), "{}").status, 415);
}

TEST_F(ImageEndpoints, are_counted_in_the_figures_of_their_base) {
  ASSERT_EQ(send_form(place(), red).status, 201);
  Request request;
  request.path_parameters = {{"kbId", base_.to_string()}};
  PreparedCatalogue catalogue(tenant_);
  for (auto& route : knowledge_base_routes(*knowledge_, images_.get(), &catalogue)) {
    if (route.path != std::string_view("/api/knowledge/:kbId/stats")) continue;
    auto response = sync_wait(route.handler({.tenant = tenant_}, request));
    ASSERT_TRUE(response);
    auto figures = json::parse(response->body)->at("data");
    EXPECT_EQ(figures.at("total_images"), 1);
    EXPECT_EQ(figures.at("total_products"), 3);
    EXPECT_EQ(figures.at("total_image_bytes"), static_cast<std::int64_t>(red.size()));
    return;
  }
  FAIL() << "no such route";
}

TEST_F(ImageEndpoints, lists_shows_counts_and_removes) {
  auto id = std::string(data(send_form(place(), red)).at("id").as_string());

  EXPECT_EQ(data(send("GET", place())).at("total").as_int64(), 1);
  EXPECT_EQ(data(send("GET", "/api/v1/images?kb_id=" + base_.to_string())).at("total").as_int64(),
            1);
  EXPECT_EQ(data(send("GET", place() + "/stats")).at("total_images").as_int64(), 1);
  EXPECT_EQ(data(send("GET", place() + "/" + id)).at("id").as_string(), id);
  EXPECT_EQ(send("GET", "/api/v1/images/" + id, "", "other").status, 404);
  EXPECT_EQ(send("DELETE", "/api/v1/images/" + id, "", "other").status, 404);
  EXPECT_EQ(send("DELETE", place() + "/" + id, "", "viewer").status, 403);
  EXPECT_EQ(send("DELETE", place() + "/" + id).status, 200);
  EXPECT_EQ(send("GET", place() + "/" + id).status, 404);
}

TEST_F(ImageEndpoints, serves_files_to_their_tenant) {
  auto image = data(send_form(place(), red));
  auto url = std::string(image.at("url").as_string());

  auto file = send("GET", url);
  auto thumbnail = send("GET", std::string(image.at("thumbnail_url").as_string()));

  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.body, red);
  EXPECT_EQ(file.header("content-type"), "image/png");
  EXPECT_EQ(file.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(file.header("cache-control"), "private, max-age=86400, immutable");
  EXPECT_EQ(thumbnail.header("content-type"), "image/jpeg");
  EXPECT_EQ(send("GET", url, "", "other").status, 404);
}

TEST_F(ImageEndpoints, searches_by_base64_form_id_and_text) {
  auto id = std::string(
      data(send_form(place(), red, {{"description", "A brick wall"}})).at("id").as_string());
  send_form(place(), FakePictureReader::painted(10, 10, 200));
  auto first = [](const RawResponse& response) {
    auto answer = data(response);
    return std::string(
        answer.at("image_results").as_array().at(0).as_object().at("id").as_string());
  };
  auto base64 = to_base64(FakePictureReader::painted(200, 30, 30));

  EXPECT_EQ(first(send("POST", place() + "/search", R"({"image":")" + base64 + "\"}")), id);
  EXPECT_EQ(first(send("POST", place() + "/search",
                       R"({"image":"data:image/png;base64,)" + base64 + "\"}")),
            id);
  EXPECT_EQ(first(send("POST", place() + "/search", R"({"image_id":")" + id + "\"}")), id);
  EXPECT_EQ(first(send("POST", place() + "/search", R"({"query":"brick wall"})")), id);
  EXPECT_EQ(first(send_form(place() + "/search", red, {{"top_k", "1"}})), id);
  EXPECT_EQ(first(send("POST", "/api/v1/images/search",
                       R"({"kb_id":")" + base_.to_string() + R"(","query":"wall"})")),
            id);
  for (const auto& entry : std::filesystem::directory_iterator(objects_.staging_folder()))
    EXPECT_FALSE(entry.path().filename().string().starts_with("query-")) << entry.path();
}

TEST_F(ImageEndpoints, search_takes_as_large_a_picture_in_json_as_in_a_form) {
  auto picture = [](std::size_t bytes) {
    return R"({"image":")" + to_base64(std::string(bytes, 'x')) + "\"}";
  };
  constexpr std::size_t most = 10 * 1024 * 1024;

  EXPECT_EQ(send("POST", place() + "/search", picture(most)).status, 400) << "it is no picture";
  EXPECT_EQ(send("POST", place() + "/search", picture(most + 1)).status, 413);
}

TEST_F(ImageEndpoints, search_says_what_is_wrong) {
  for (const char* body : {"{}", R"({"query":"a","top_k":0})", R"({"image":"***"})",
                           R"({"image_id":"x"})", R"({"query":7})"})
    EXPECT_EQ(send("POST", place() + "/search", body).status, 422) << body;
  EXPECT_EQ(send_form(place() + "/search", "", {{"query", "a"}, {"top_k", "1x"}}).status, 422);
  EXPECT_EQ(send("POST", place() + "/search", R"({"query":"a"})", "other").status, 404);
  EXPECT_EQ(send("POST", "/api/v1/images/search", R"({"query":"a"})").status, 422);
}

}  // namespace
}  // namespace aiva::http
