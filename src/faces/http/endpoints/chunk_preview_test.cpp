#include "faces/http/endpoints/chunk_preview.h"

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

class ChunkPreviewEndpoints : public knowledge::KnowledgeFixture {
 protected:
  void SetUp() override {
    KnowledgeFixture::SetUp();
    base_ = make_base()->id;
    previews_ = knowledge::make_chunk_previews({.knowledge = *knowledge_,
                                                .database = database_,
                                                .objects = objects_,
                                                .reader = reader_,
                                                .embedder = embedder_,
                                                .count_tokens = count_words});
    server_ =
        std::make_unique<TestServer>(chunk_preview_routes(*previews_, {.file_bytes_max = 10'000}));
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

  [[nodiscard]] std::string path() const {
    return "/api/knowledge/" + base_.to_string() + "/chunk-preview";
  }
  [[nodiscard]] std::string tenant_path() const {
    return "/api/knowledge/" + tenant_.to_string() + "/knowledge-bases/" + base_.to_string() +
           "/chunk-preview";
  }
  RawResponse send(const std::string& target, std::string body, const std::string& who = "mine",
                   std::string content_type = "application/json") {
    return server_->send({.method = "POST",
                          .target = target,
                          .headers = {"Authorization: Bearer " + who},
                          .body = std::move(body),
                          .content_type = std::move(content_type)});
  }
  RawResponse send_file(const std::string& content, const std::string& fields = "") {
    auto body =
        "--mark\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n" +
        content + "\r\n" + fields + "--mark--\r\n";
    return send(path(), body, "mine", "multipart/form-data; boundary=mark");
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
  std::unique_ptr<knowledge::ChunkPreviews> previews_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(ChunkPreviewEndpoints, show_the_chunks_of_a_text_in_both_spellings) {
  for (const auto& target : {path(), tenant_path()}) {
    auto shown = data(send(target, R"({"text":"# Rückgabe\n\nÄpfel zurück.\n\nGeld zurück."})"));

    EXPECT_EQ(shown.at("total"), 1);
    EXPECT_EQ(shown.at("total_tokens"), 5);
    EXPECT_EQ(shown.at("chunk_size"), 0);
    EXPECT_EQ(shown.at("chunks_by_type").get_object().at("text"), 1);
    const auto& chunk = shown.at("items").at(0).get_object();
    EXPECT_EQ(chunk.at("heading_path").as_string(), "Rückgabe");
    EXPECT_EQ(chunk.at("text").as_string(), "Äpfel zurück.\n\nGeld zurück.");
    const auto& span = chunk.at("spans").at(1).get_object();
    EXPECT_EQ(span.at("page"), 1);
    EXPECT_EQ(span.at("begin"), 15);
    EXPECT_EQ(span.at("end"), 27);
    EXPECT_TRUE(span.at("box").is_null());
  }
}

TEST_F(ChunkPreviewEndpoints, show_the_chunks_of_a_file) {
  auto shown =
      data(send_file(paragraphs(3),
                     "--mark\r\nContent-Disposition: form-data; name=\"chunk_size\"\r\n\r\n"
                     "200\r\n--mark\r\nContent-Disposition: form-data; "
                     "name=\"limit\"\r\n\r\n2\r\n"));

  EXPECT_EQ(shown.at("chunk_size"), 200);
  EXPECT_EQ(shown.at("items").as_array().size(), 2U);
  EXPECT_GT(shown.at("total").as_int64(), 20);
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents"), 0);
}

TEST_F(ChunkPreviewEndpoints, show_the_chunks_of_a_document) {
  auto document = upload(base_, "# A\n\nOne.");

  auto shown = data(send(path(), R"({"document_id":")" + document.id.to_string() + "\"}"));

  EXPECT_EQ(shown.at("items").at(0).at("text").as_string(), "One.");
}

TEST_F(ChunkPreviewEndpoints, refuse_what_is_not_valid) {
  EXPECT_EQ(send(path(), "{}").status, 422);
  EXPECT_EQ(send(path(), R"({"text":"a","document_id":"b"})").status, 422);
  EXPECT_EQ(send(path(), R"({"text":"a","limit":201})").status, 422);
  EXPECT_EQ(send(path(), R"({"text":"a","chunk_size":-1})").status, 422);
  EXPECT_EQ(send(path(), "a", "mine", "text/plain").status, 415);
  EXPECT_EQ(send_file("a",
                      "--mark\r\nContent-Disposition: form-data; "
                      "name=\"page\"\r\n\r\nx\r\n")
                .status,
            422);
  EXPECT_EQ(send(path(), "--mark--\r\n", "mine", "multipart/form-data; boundary=mark").status, 422);
  EXPECT_EQ(send_file(std::string(10'001, 'a')).status, 413);
}

TEST_F(ChunkPreviewEndpoints, are_for_those_who_may_upload) {
  auto body = R"({"text":"a"})";
  EXPECT_EQ(send(path(), body, "viewer").status, 403);
  EXPECT_EQ(send(path(), body, "other").status, 404);
  EXPECT_EQ(send(tenant_path(), body, "other").status, 403);
  EXPECT_EQ(send(path(), body, "nobody").status, 401);
}

}  // namespace
}  // namespace aiva::http
