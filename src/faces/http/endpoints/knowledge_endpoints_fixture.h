#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capabilities/knowledge/testing/knowledge_fixture.h"
#include "faces/http/endpoints/document_work.h"
#include "faces/http/endpoints/documents.h"
#include "faces/http/endpoints/knowledge_bases.h"
#include "faces/http/testing/test_server.h"
#include "foundation/json.h"

namespace aiva::http {

// The real routes over the real server and real rows.
class KnowledgeEndpoints : public knowledge::KnowledgeFixture {
 protected:
  void SetUp() override {
    KnowledgeFixture::SetUp();
    auto routes = knowledge_base_routes(*knowledge_);
    auto more =
        document_routes(*knowledge_, events_, {.watch_interval = std::chrono::milliseconds(50)});
    for (auto& route : more) routes.push_back(std::move(route));
    for (auto& route : document_work_routes(*knowledge_)) routes.push_back(std::move(route));
    for (const auto& route : routes)
      patterns_.push_back({std::string(to_string(route.method)), std::string(route.path),
                           route.options.body == BodyKind::multipart});
    server_ = std::make_unique<testing::TestServer>(std::move(routes));
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
    add("root", other_tenant_, identity::Role::super_admin);
  }
  void TearDown() override { server_.reset(); }

  testing::RawResponse send(std::string method, std::string target, std::string body = {},
                            const std::string& who = "mine",
                            std::string content_type = "application/json") {
    return server_->send({.method = std::move(method),
                          .target = std::move(target),
                          .headers = {"Authorization: Bearer " + who},
                          .body = std::move(body),
                          .content_type = std::move(content_type)});
  }

  struct Field {
    std::string name;
    std::string value;
    std::string filename{};
  };
  testing::RawResponse upload_form(const std::string& target, const std::vector<Field>& fields,
                                   const std::string& who = "mine") {
    std::string body;
    for (const auto& field : fields) {
      body += "--mark\r\nContent-Disposition: form-data; name=\"" + field.name + "\"";
      if (!field.filename.empty())
        body += "; filename=\"" + field.filename + "\"\r\nContent-Type: text/plain";
      body += "\r\n\r\n" + field.value + "\r\n";
    }
    body += "--mark--\r\n";
    return send("POST", target, std::move(body), who, "multipart/form-data; boundary=mark");
  }

  static json::Object data(const testing::RawResponse& response) {
    auto value = json::parse(response.body);
    EXPECT_TRUE(value.has_value()) << response.body;
    if (!value || !value->is_object() || !value->get_object().contains("data")) {
      ADD_FAILURE() << response.status << " " << response.body;
      return {};
    }
    return value->get_object().at("data").get_object();
  }
  static std::string text(const json::Object& object, std::string_view name) {
    return std::string(object.at(name).as_string());
  }

  std::string tenant_path() { return "/api/knowledge/" + tenant_.to_string() + "/knowledge-bases"; }

  struct Pattern {
    std::string method;
    std::string path;
    bool is_form;
  };
  std::vector<Pattern> patterns_;
  std::unique_ptr<testing::TestServer> server_;
};

}  // namespace aiva::http
