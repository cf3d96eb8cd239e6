#include "faces/http/endpoints/knowledge_endpoints_fixture.h"

namespace aiva::http {
namespace {

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

}  // namespace
}  // namespace aiva::http
