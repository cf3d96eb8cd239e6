#include "faces/http/endpoints/document_content.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "capabilities/knowledge/testing/knowledge_fixture.h"
#include "faces/http/testing/test_server.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

using http::testing::RawResponse;
using http::testing::TestServer;

class DocumentContent : public knowledge::KnowledgeFixture {
 protected:
  void SetUp() override {
    KnowledgeFixture::SetUp();
    base_ = make_base()->id;
    server_ = std::make_unique<TestServer>(document_content_routes(
        {.knowledge = *knowledge_, .database = database_, .objects = objects_}));
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

  RawResponse get(const std::string& target, const std::string& who = "viewer",
                  const std::string& range = "") {
    std::vector<std::string> headers = {"Authorization: Bearer " + who};
    if (!range.empty()) headers.push_back("Range: " + range);
    return server_->send({.target = target, .headers = std::move(headers)});
  }
  [[nodiscard]] std::vector<std::string> spellings(DocumentId id) const {
    auto base = base_.to_string();
    auto one = "/documents/" + id.to_string();
    return {"/api/knowledge/" + tenant_.to_string() + "/knowledge-bases/" + base + one,
            "/api/knowledge/" + base + one, "/api/v1" + one};
  }
  static json::Object data(const RawResponse& response) {
    auto value = json::parse(response.body);
    if (!value || !value->is_object() || !value->get_object().contains("data")) {
      ADD_FAILURE() << response.status << " " << response.body;
      return {};
    }
    return value->get_object().at("data").get_object();
  }

  KnowledgeBaseId base_{};
  std::unique_ptr<TestServer> server_;
};

TEST_F(DocumentContent, lists_the_chunks_of_a_document_in_every_spelling) {
  auto document = upload(base_, "# Returns\n\nWithin 30 days.\f# Refunds\n\nWithin a week.");
  upload(base_, "Something else.", "other.txt");
  run_due_jobs();

  for (const auto& path : spellings(document.id)) {
    auto list = data(get(path + "/chunks"));
    EXPECT_EQ(list.at("total"), 2);
    EXPECT_TRUE(list.at("next_cursor").is_null());
    ASSERT_EQ(list.at("items").as_array().size(), 2U);
    const auto& chunk = list.at("items").at(1).get_object();
    EXPECT_EQ(chunk.at("index"), 1);
    EXPECT_EQ(chunk.at("heading_path").as_string(), "Refunds");
    EXPECT_EQ(chunk.at("text").as_string(), "Within a week.");
    EXPECT_EQ(chunk.at("page_first"), 2);
    EXPECT_TRUE(ChunkId::parse(std::string_view(chunk.at("id").as_string())).has_value());
    EXPECT_EQ(chunk.at("spans").at(0).at("page"), 2);
  }
}

TEST_F(DocumentContent, goes_through_the_chunks_by_cursor_and_by_page_of_the_document) {
  auto document = upload(base_, paragraphs(40, "word", "\f"));
  run_due_jobs();
  auto path = spellings(document.id)[1] + "/chunks";
  auto total = data(get(path)).at("total").as_int64();
  ASSERT_GT(total, 5);

  std::int64_t seen = 0;
  std::string cursor;
  do {
    auto list = data(get(path + "?limit=3" + (cursor.empty() ? "" : "&cursor=" + cursor)));
    for (const auto& item : list.at("items").as_array()) EXPECT_EQ(item.at("index"), seen++);
    EXPECT_EQ(list.at("total"), total);
    auto& next = list.at("next_cursor");
    cursor = next.is_null() ? std::string() : std::string(next.as_string());
  } while (!cursor.empty() && seen < total);
  EXPECT_EQ(seen, total);
  EXPECT_TRUE(cursor.empty());

  auto third = data(get(path + "?on_page=3"));
  EXPECT_GE(third.at("total").as_int64(), 1);
  EXPECT_LT(third.at("total").as_int64(), total);
  for (const auto& item : third.at("items").as_array()) {
    EXPECT_LE(item.at("page_first").as_int64(), 3);
    EXPECT_GE(item.at("page_last").as_int64(), 3);
  }
  EXPECT_EQ(data(get(path + "?on_page=41")).at("total"), 0);
  EXPECT_EQ(get(path + "?on_page=x").status, 422);
  EXPECT_EQ(get(path + "?limit=0").status, 422);
}

TEST_F(DocumentContent, sends_the_file_and_parts_of_it_to_be_saved) {
  auto document = upload(base_, "<script>alert(1)</script>", "page.html");

  for (const auto& path : spellings(document.id)) {
    auto whole = get(path + "/file");
    EXPECT_EQ(whole.status, 200);
    EXPECT_EQ(whole.body, "<script>alert(1)</script>");
    EXPECT_EQ(whole.header("Content-Type"), "application/octet-stream");
    EXPECT_TRUE(whole.header("Content-Disposition").starts_with("attachment"));
    EXPECT_NE(whole.header("Content-Disposition").find("page.html"), std::string::npos);
    EXPECT_EQ(whole.header("X-Content-Type-Options"), "nosniff");
    auto part = get(path + "/file", "viewer", "bytes=1-6");
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, "script");
    EXPECT_EQ(get(path + "/file", "viewer", "bytes=900-").status, 416);
  }
}

TEST_F(DocumentContent, names_the_type_of_a_pdf) {
  auto document = upload(base_, "PDF\nOne.", "a.pdf");
  run_due_jobs();

  auto file = get(spellings(document.id)[0] + "/file");

  EXPECT_EQ(file.header("Content-Type"), "application/pdf");
}

TEST_F(DocumentContent, of_others_does_not_exist) {
  auto document = upload(base_, "One.");
  run_due_jobs();
  auto elsewhere = "/api/knowledge/" + make_base("Other")->id.to_string() + "/documents/" +
                   document.id.to_string();

  for (const auto* part : {"/chunks", "/file"}) {
    EXPECT_EQ(get(spellings(document.id)[1] + part, "other").status, 404);
    EXPECT_EQ(get(spellings(document.id)[0] + part, "other").status, 403);
    EXPECT_EQ(get(elsewhere + part).status, 404);
    EXPECT_EQ(get("/api/v1/documents/" + DocumentId::make().to_string() + part).status, 404);
  }
}

}  // namespace
}  // namespace aiva::http
