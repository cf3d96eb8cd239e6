#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "capabilities/knowledge/testing/knowledge_fixture.h"

namespace aiva::knowledge {
namespace {

// A primary that commits without being heard once, and from then on a replica that has nothing of
// it yet.
class LateReplica final : public Database {
 public:
  explicit LateReplica(Database& inner) : inner_(inner) {}

  Task<Result<void>> run_read(CallContext context, Body body) override {
    Body seen = [this, &body](SqlSession& session) -> Result<void> {
      Nothing nothing(session);
      return is_late_ ? body(nothing) : body(session);
    };
    auto reading = inner_.run_read(std::move(context), std::move(seen));
    auto outcome = co_await std::move(reading);
    co_return outcome;
  }

  Task<Result<void>> run_write(CallContext context, Body body) override {
    auto writing = inner_.run_write(std::move(context), std::move(body));
    auto outcome = co_await std::move(writing);
    bool is_lost = outcome && !std::exchange(is_late_, true);
    if (is_lost) co_return fail(ErrorCode::unavailable, "The connection broke");
    co_return outcome;
  }

 private:
  class Nothing final : public SqlSession {
   public:
    explicit Nothing(SqlSession& inner) : inner_(inner) {}
    [[nodiscard]] SqlDialect dialect() const override { return inner_.dialect(); }
    Result<std::int64_t> execute_span(std::string_view sql,
                                      std::span<const SqlValue> parameters) override {
      return inner_.execute_span(sql, parameters);
    }
    Result<void> query_span(std::string_view, std::span<const SqlValue>, const EachRow&) override {
      return {};
    }

   private:
    SqlSession& inner_;
  };

  Database& inner_;
  bool is_late_ = false;
};

using LostCommits = KnowledgeFixture;

TEST_F(LostCommits, leave_documents_their_files) {
  auto base = make_base();
  LateReplica database(database_);
  auto knowledge = make_knowledge({.database = database,
                                   .objects = objects_,
                                   .jobs = *jobs_,
                                   .reader = reader_,
                                   .embedder = embedder_,
                                   .count_tokens = count_words,
                                   .index = *index_,
                                   .billing = *billing_,
                                   .clock = clock_,
                                   .metrics = metrics_},
                                  settings_);

  auto adding = knowledge->add_document(context(), base->id, staged("a.txt", "text"));
  auto added = sync_wait(std::move(adding));

  ASSERT_FALSE(added.has_value());
  std::string id;
  auto reading = read(*rows_, {}, [&id](SqlSession& session) {
    return session.query("SELECT id FROM documents", {}, [&id](const SqlRow& row) -> Result<void> {
      id = row.text(0);
      return {};
    });
  });
  ASSERT_TRUE(sync_wait(std::move(reading)).has_value());
  ASSERT_FALSE(id.empty());
  EXPECT_TRUE(objects_.has("documents/" + tenant_.to_string() + "/" + id));
}

}  // namespace
}  // namespace aiva::knowledge
