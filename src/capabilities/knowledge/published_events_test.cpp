#include <vector>

#include "capabilities/knowledge/testing/knowledge_fixture.h"
#include "foundation/json.h"

namespace aiva::knowledge {
namespace {

class RecordingOutbox final : public webhooks::Outbox {
 public:
  Result<void> publish(SqlSession&, TenantId tenant, const webhooks::Event& event) override {
    if (is_failing) return fail(ErrorCode::unavailable, "no room");
    tenants.push_back(tenant);
    types.push_back(event.type);
    data.push_back(json::parse(event.data).value());
    return {};
  }

  bool is_failing = false;
  std::vector<TenantId> tenants;
  std::vector<std::string> types;
  std::vector<json::Value> data;
};

class PublishedEvents : public KnowledgeFixture {
 protected:
  void SetUp() override {
    outbox_ = &recorded_;
    KnowledgeFixture::SetUp();
  }

  RecordingOutbox recorded_;
};

TEST_F(PublishedEvents, tell_once_that_a_document_was_read) {
  auto base = make_base();
  auto document = upload(base->id, "One.\fTwo.");
  run_due_jobs();
  Job again{.tenant = tenant_, .kind = ingest_job_kind, .subject = document.id.to_string()};
  ASSERT_TRUE(sync_wait(knowledge_->work().run(context(), again)));

  ASSERT_EQ(recorded_.types, std::vector<std::string>{"document.completed"});
  const auto& data = recorded_.data[0];
  EXPECT_EQ(recorded_.tenants[0], tenant_);
  EXPECT_EQ(data.at("document_id").as_string(), document.id.to_string());
  EXPECT_EQ(data.at("kb_id").as_string(), base->id.to_string());
  EXPECT_EQ(data.at("page_count").as_int64(), 2);
  EXPECT_GE(data.at("total_chunks").as_int64(), 1);
}

TEST_F(PublishedEvents, tell_why_a_document_failed) {
  auto base = make_base();
  upload(base->id, "BROKEN bytes");
  run_due_jobs();

  ASSERT_EQ(recorded_.types, std::vector<std::string>{"document.failed"});
  EXPECT_EQ(recorded_.data[0].at("error_message").as_string(), "The document is damaged");
}

TEST_F(PublishedEvents, tell_what_was_removed) {
  auto base = make_base();
  auto document = upload(base->id, "Some text.");
  run_due_jobs();
  ASSERT_TRUE(
      sync_wait(knowledge_->act(context(), document.id, Knowledge::DocumentAction::remove)));
  ASSERT_TRUE(sync_wait(knowledge_->remove(context(), base->id)));

  EXPECT_EQ(recorded_.types, (std::vector<std::string>{"document.completed", "document.deleted",
                                                       "knowledge_base.deleted"}));
  EXPECT_EQ(recorded_.data[1].at("document_id").as_string(), document.id.to_string());
  EXPECT_EQ(recorded_.data[2].at("kb_id").as_string(), base->id.to_string());
}

TEST_F(PublishedEvents, are_part_of_what_they_tell) {
  auto base = make_base();
  auto document = upload(base->id, "Some text.");
  recorded_.is_failing = true;
  run_due_jobs();
  EXPECT_NE(status(document.id).status, DocumentStatus::completed);
  EXPECT_EQ(number("SELECT COUNT(*) FROM document_chunks"), 0);

  recorded_.is_failing = false;
  clock_.advance(std::chrono::hours(1));
  run_due_jobs();

  EXPECT_EQ(status(document.id).status, DocumentStatus::completed);
  EXPECT_EQ(recorded_.types, std::vector<std::string>{"document.completed"});
}

}  // namespace
}  // namespace aiva::knowledge
