#include "faces/http/endpoints/knowledge_endpoints_fixture.h"

namespace aiva::http {
namespace {

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

}  // namespace
}  // namespace aiva::http
