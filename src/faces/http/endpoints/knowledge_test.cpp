#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "capabilities/knowledge/testing/knowledge_fixture.h"
#include "faces/http/endpoints/document_work.h"
#include "faces/http/endpoints/documents.h"
#include "faces/http/endpoints/knowledge_bases.h"
#include "faces/http/testing/test_server.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

using http::testing::RawResponse;
using http::testing::TestRequest;
using http::testing::TestServer;

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
    server_ = std::make_unique<TestServer>(std::move(routes));
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

  RawResponse send(std::string method, std::string target, std::string body = {},
                   const std::string& who = "mine", std::string content_type = "application/json") {
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
  RawResponse upload_form(const std::string& target, const std::vector<Field>& fields,
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

  static json::Object data(const RawResponse& response) {
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
  std::unique_ptr<TestServer> server_;
};

TEST_F(KnowledgeEndpoints, serve_bases_in_both_spellings) {
  for (const auto& path : {tenant_path(), std::string("/api/knowledge")}) {
    auto made = send("POST", path,
                     R"({"name":"Handbook","description":"d","settings":{"chunk_size":500}})");
    EXPECT_EQ(made.status, 201);
    auto base = data(made);
    EXPECT_EQ(base.at("settings").get_object().at("chunk_size"), 500);
    EXPECT_EQ(text(base, "tenant_id"), tenant_.to_string());
    auto one = path + "/" + text(base, "id");

    EXPECT_EQ(send("POST", path, R"({"name":"Handbook"})").status, 409);
    EXPECT_EQ(text(data(send("GET", one)), "name"), "Handbook");
    EXPECT_EQ(text(data(send("PUT", one, R"({"name":"Renamed"})")), "name"), "Renamed");
    EXPECT_EQ(text(data(send("GET", one)), "name"), "Renamed");
    auto list = data(send("GET", path + "?limit=5"));
    EXPECT_EQ(list.at("total"), 1);
    EXPECT_EQ(text(list.at("items").at(0).get_object(), "name"), "Renamed");
    EXPECT_EQ(data(send("GET", one + "/stats")).at("total_documents"), 0);
    EXPECT_EQ(send("DELETE", one).status, 200);
    EXPECT_EQ(send("GET", one).status, 404);
    EXPECT_EQ(data(send("GET", path + "?limit=5")).at("total"), 0);
  }
}

TEST_F(KnowledgeEndpoints, take_settings_that_stand_beside_the_others) {
  auto base = data(send("POST", "/api/knowledge",
                        R"({"name":"A","type":"faq","chunk_size":700,"chunk_overlap":70})"));

  EXPECT_EQ(text(base, "type"), "faq");
  EXPECT_EQ(base.at("settings").get_object().at("chunk_overlap"), 70);
}

TEST_F(KnowledgeEndpoints, name_the_wrong_fields) {
  auto missing = send("POST", "/api/knowledge", "{}");
  auto wrong = send("POST", "/api/knowledge", R"({"name":"A","settings":{"chunk_size":1}})");
  auto page = send("GET", "/api/knowledge?page=0");

  EXPECT_EQ(missing.status, 422);
  EXPECT_NE(missing.body.find("\"name\""), std::string::npos) << missing.body;
  EXPECT_EQ(wrong.status, 422);
  EXPECT_NE(wrong.body.find("settings.chunk_size"), std::string::npos) << wrong.body;
  EXPECT_EQ(page.status, 422);
}

TEST_F(KnowledgeEndpoints, take_an_upload_and_tell_how_it_goes) {
  auto base = make_base();
  auto documents = tenant_path() + "/" + base->id.to_string() + "/documents";

  auto stored = upload_form(documents + "/upload", {{"metadata", R"({"year":2025})"},
                                                    {"file", "One.\fTwo.", "notes.txt"}});

  ASSERT_EQ(stored.status, 201) << stored.body;
  auto answer = data(stored);
  EXPECT_EQ(text(answer, "status"), "processing");
  auto one = documents + "/" + text(answer, "document_id");
  EXPECT_EQ(text(data(send("GET", one + "/status")), "status"), "queued");
  EXPECT_EQ(server_->staged_files(), 0U);
  run_due_jobs();
  auto status = data(send("GET", one + "/status"));
  EXPECT_EQ(text(status, "status"), "completed");
  EXPECT_EQ(status.at("progress"), 100);
  EXPECT_TRUE(status.at("error_message").is_null());
  EXPECT_EQ(status.at("processing_stats").get_object().at("total_pages"), 2);
  auto whole = data(send("GET", one));
  EXPECT_EQ(whole.at("metadata").get_object().at("year"), 2025);
  EXPECT_EQ(whole.at("page_count"), 2);
  auto list = data(send("GET", documents + "?status=completed"));
  EXPECT_EQ(list.at("total"), 1);
  EXPECT_EQ(send("GET", documents + "?status=eaten").status, 422);
  EXPECT_EQ(send("POST", one + "/retry").status, 409);
  EXPECT_EQ(send("POST", one + "/cancel").status, 409);
  EXPECT_EQ(send("DELETE", one).status, 200);
  EXPECT_EQ(send("GET", one).status, 404);
}

TEST_F(KnowledgeEndpoints, find_documents_by_part_of_their_name) {
  auto base = make_base();
  upload(base->id, "One.", "Warranty 100%.txt");
  upload(base->id, "Two.", "returns.txt");
  upload(base->id, "Three.", "returns_old.txt");
  auto documents = tenant_path() + "/" + base->id.to_string() + "/documents";

  EXPECT_EQ(data(send("GET", documents + "?search=RETURNS")).at("total"), 2);
  EXPECT_EQ(data(send("GET", documents + "?search=s_")).at("total"), 1);
  auto one = data(send("GET", documents + "?search=0%25"));
  EXPECT_EQ(one.at("total"), 1);
  EXPECT_EQ(text(one.at("items").at(0).get_object(), "filename"), "Warranty 100%.txt");
  EXPECT_EQ(data(send("GET", documents + "?search=returns&status=completed")).at("total"), 0);
  EXPECT_EQ(send("GET", documents + "?search=" + std::string(900, 'x')).status, 422);
}

TEST_F(KnowledgeEndpoints, take_uploads_of_the_processing_service) {
  auto base = make_base();
  auto id = base->id.to_string();

  auto stored = upload_form(
      "/api/v1/documents/upload",
      {{"kb_id", id}, {"tenant_id", tenant_.to_string()}, {"file", "Some text.", "a.txt"}});
  auto foreign = upload_form(
      "/api/v1/documents/upload",
      {{"kb_id", id}, {"tenant_id", other_tenant_.to_string()}, {"file", "Some text.", "a.txt"}});
  auto nowhere = upload_form("/api/v1/documents/upload", {{"file", "Some text.", "a.txt"}});

  ASSERT_EQ(stored.status, 201) << stored.body;
  EXPECT_EQ(foreign.status, 403);
  EXPECT_EQ(nowhere.status, 422);
  auto one = "/api/v1/documents/" + text(data(stored), "document_id");
  EXPECT_EQ(text(data(send("POST", one + "/cancel")), "status"), "cancelled");
  EXPECT_EQ(text(data(send("POST", one + "/retry")), "status"), "queued");
  EXPECT_EQ(send("DELETE", one).status, 200);
}

TEST_F(KnowledgeEndpoints, refuse_uploads_without_a_file) {
  auto base = make_base();
  auto path = "/api/knowledge/" + base->id.to_string() + "/documents/upload";

  EXPECT_EQ(upload_form(path, {{"other", "x"}}).status, 422);
  EXPECT_EQ(upload_form(path, {{"file", "", "empty.txt"}}).status, 422);
  EXPECT_EQ(upload_form(path, {{"metadata", "[]"}, {"file", "x", "a.txt"}}).status, 422);
  EXPECT_EQ(send("POST", path, R"({"file":"x"})").status, 415);
  EXPECT_EQ(server_->staged_files(), 0U);
}

TEST_F(KnowledgeEndpoints, take_the_same_file_once_and_other_bytes_as_its_next_version) {
  auto base = make_base();
  auto path = "/api/knowledge/" + base->id.to_string() + "/documents/upload";
  auto first = upload_form(path, {{"file", "Old.", "a.txt"}});
  run_due_jobs();

  auto same = upload_form(path, {{"file", "Old.", "a.txt"}});
  auto next = upload_form(path, {{"file", "New.", "a.txt"}});
  auto apart = upload_form(path + "?replace=false", {{"file", "Old.", "a.txt"}});
  auto beside = upload_form(path, {{"replace", "false"}, {"file", "Old.", "a.txt"}});

  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(same.status, 200);
  EXPECT_TRUE(data(same).at("duplicate").get_bool());
  EXPECT_EQ(text(data(same), "status"), "completed");
  EXPECT_EQ(text(data(same), "document_id"), text(data(first), "document_id"));
  EXPECT_EQ(next.status, 201);
  EXPECT_EQ(data(next).at("version"), 2);
  EXPECT_FALSE(data(next).at("duplicate").get_bool());
  EXPECT_EQ(text(data(next), "document_id"), text(data(first), "document_id"));
  EXPECT_NE(text(data(apart), "document_id"), text(data(first), "document_id"));
  EXPECT_NE(text(data(beside), "document_id"), text(data(apart), "document_id"));
  EXPECT_EQ(upload_form(path + "?replace=maybe", {{"file", "x", "a.txt"}}).status, 422);
  auto status = data(send("GET", "/api/v1/documents/" + text(data(first), "document_id")));
  EXPECT_EQ(status.at("version"), 1);
  EXPECT_EQ(status.at("next_version"), 2);
  EXPECT_TRUE(status.at("is_searchable").get_bool());
  EXPECT_EQ(server_->staged_files(), 0U);
}

TEST_F(KnowledgeEndpoints, change_the_metadata_of_documents) {
  auto base = make_base();
  auto document = upload(base->id, "text");
  auto path = "/api/v1/documents/" + document.id.to_string() + "/metadata";

  auto replaced = send("PUT", path, R"({"year":2024,"draft":true})");
  auto merged = send("PATCH", path, R"({"year":2025,"draft":null})");

  EXPECT_EQ(replaced.status, 200) << replaced.body;
  EXPECT_EQ(data(merged).at("metadata").get_object().at("year"), 2025);
  EXPECT_FALSE(data(merged).at("metadata").get_object().contains("draft"));
  EXPECT_EQ(send("PUT", path, "[]").status, 422);
  EXPECT_EQ(send("PUT", path, R"({"a":")" + std::string(17'000, 'x') + "\"}").status, 422);
  EXPECT_EQ(send("PUT", path, "{}", "viewer").status, 403);
}

TEST_F(KnowledgeEndpoints, read_a_base_again_tell_how_far_it_is_and_stop) {
  auto base = make_base();
  upload(base->id, "text");
  run_due_jobs();
  auto path = tenant_path() + "/" + base->id.to_string();

  EXPECT_EQ(text(data(send("GET", path + "/reindex")), "state"), "none");
  auto started = send("POST", path + "/reindex");
  EXPECT_EQ(started.status, 202) << started.body;
  EXPECT_EQ(text(data(started), "state"), "running");
  EXPECT_EQ(text(data(send("DELETE", path + "/reindex")), "state"), "cancelled");
  EXPECT_EQ(send("DELETE", path + "/reindex").status, 409);
  EXPECT_EQ(send("POST", path + "/reindex").status, 202);
  run_due_jobs();
  auto reindex = data(send("GET", path + "/stats")).at("reindex").get_object();
  EXPECT_EQ(text(reindex, "state"), "completed");
  EXPECT_EQ(reindex.at("done"), 1);
}

TEST_F(KnowledgeEndpoints, list_what_came_out_of_an_archive) {
  auto base = make_base();
  auto path = "/api/knowledge/" + base->id.to_string() + "/documents";
  auto archive = InlineDocumentReader::archive_of({{"in/a.txt", "A."}, {"in/b.txt", "B."}});
  auto stored = upload_form(path + "/upload", {{"file", archive, "papers.zip"}});
  run_due_jobs();

  auto id = text(data(stored), "document_id");
  auto listed = data(send("GET", path + "?parent_id=" + id));

  EXPECT_EQ(listed.at("total"), 2);
  EXPECT_EQ(text(listed.at("items").at(0).get_object(), "parent_id"), id);
  EXPECT_EQ(send("GET", path + "?parent_id=x").status, 422);
}

TEST_F(KnowledgeEndpoints, show_nothing_to_other_tenants) {
  auto base = make_base();
  auto document = upload(base->id, "The albatross is secret.");
  run_due_jobs();
  auto fill = [&](std::string path) {
    auto replace = [&path](std::string_view name, const std::string& value) {
      if (auto at = path.find(name); at != std::string::npos) path.replace(at, name.size(), value);
    };
    replace(":tenantId", tenant_.to_string());
    replace(":kbId", base->id.to_string());
    replace(":documentId", document.id.to_string());
    return path;
  };

  int tried = 0;
  for (const auto& pattern : patterns_) {
    if (pattern.path == "/api/knowledge") continue;  // the caller's own tenant
    auto path = fill(pattern.path);
    auto response =
        pattern.is_form
            ? upload_form(path, {{"kb_id", base->id.to_string()}, {"file", "x", "x.txt"}}, "other")
            : send(pattern.method, path, R"({"name":"x"})", "other");
    auto is_tenant_path = pattern.path.find(":tenantId") != std::string::npos;
    EXPECT_EQ(response.status, is_tenant_path ? 403 : 404) << pattern.method << " " << path;
    EXPECT_EQ(response.body.find("albatross"), std::string::npos);
    ++tried;
  }
  EXPECT_GE(tried, 30);
  EXPECT_EQ(data(send("GET", "/api/knowledge", {}, "other")).at("total"), 0);
  EXPECT_EQ(status(document.id).status, knowledge::DocumentStatus::completed);
}

TEST_F(KnowledgeEndpoints, let_super_admins_into_the_tenant_of_the_path) {
  auto base = make_base();

  auto seen = send("GET", tenant_path() + "/" + base->id.to_string(), {}, "root");

  EXPECT_EQ(seen.status, 200);
}

TEST_F(KnowledgeEndpoints, let_nobody_write_who_may_only_read) {
  auto base = make_base();
  auto can_write =
      identity::permissions_of(identity::Role::client).has(identity::Permission::knowledge_write);

  ASSERT_FALSE(can_write);
  EXPECT_EQ(send("POST", "/api/knowledge", R"({"name":"x"})", "viewer").status, 403);
  EXPECT_EQ(send("DELETE", "/api/knowledge/" + base->id.to_string(), {}, "viewer").status, 403);
}

TEST_F(KnowledgeEndpoints, hide_documents_under_another_base) {
  auto base = make_base("One");
  auto other = make_base("Two");
  auto document = upload(base->id, "text");

  auto wrong = "/api/knowledge/" + other->id.to_string() + "/documents/" + document.id.to_string();

  EXPECT_EQ(send("GET", wrong).status, 404);
  EXPECT_EQ(send("DELETE", wrong).status, 404);
  EXPECT_EQ(send("GET", wrong + "/events").status, 404);
}

TEST_F(KnowledgeEndpoints, stream_a_documents_way_to_its_end) {
  auto base = make_base();
  auto document = upload(base->id, "Some text.");
  auto client = server_->connect();
  client.send(TestRequest{.target = "/api/v1/documents/" + document.id.to_string() + "/events",
                          .headers = {"Authorization: Bearer mine"}}
                  .text());
  ASSERT_TRUE(client.read_until("\"status\":\"queued\"").has_value());

  run_due_jobs();

  auto rest = client.read_until("\"status\":\"completed\"");
  ASSERT_TRUE(rest.has_value());
  EXPECT_NE(rest->find("event: status"), std::string::npos) << *rest;
  EXPECT_TRUE(client.read_until("\r\n0\r\n\r\n").has_value());
}

TEST_F(KnowledgeEndpoints, stream_changes_of_other_processes_and_the_deletion) {
  auto base = make_base();
  auto document = upload(base->id, "Some text.");
  auto client = server_->connect();
  client.send(TestRequest{.target = "/api/v1/documents/" + document.id.to_string() + "/events",
                          .headers = {"Authorization: Bearer mine"}}
                  .text());
  ASSERT_TRUE(client.read_until("\"progress\":0").has_value());
  auto elsewhere = [&](std::string_view sql) {
    auto changed =
        sync_wait(write(*rows_, {}, [sql](SqlSession& session) { return session.execute(sql); }));
    EXPECT_TRUE(changed.has_value());
  };

  elsewhere("UPDATE documents SET progress = 33");
  EXPECT_TRUE(client.read_until("\"progress\":33").has_value());
  elsewhere("DELETE FROM documents");

  EXPECT_TRUE(client.read_until("event: deleted").has_value());
}

TEST_F(KnowledgeEndpoints, end_streams_when_the_server_goes) {
  auto base = make_base();
  auto document = upload(base->id, "Some text.");
  auto client = server_->connect();
  client.send(TestRequest{.target = "/api/v1/documents/" + document.id.to_string() + "/events",
                          .headers = {"Authorization: Bearer mine"}}
                  .text());
  ASSERT_TRUE(client.read_until("\"progress\":0").has_value());

  server_->server().drain(std::chrono::seconds(5));

  EXPECT_EQ(server_->server().connections(), 0U);
}

}  // namespace
}  // namespace aiva::http
