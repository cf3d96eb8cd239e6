#include "faces/http/endpoints/knowledge_endpoints_fixture.h"

namespace aiva::http {
namespace {

using http::testing::TestRequest;

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
