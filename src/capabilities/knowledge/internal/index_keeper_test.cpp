#include "capabilities/knowledge/internal/index_keeper.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "capabilities/knowledge/testing/knowledge_fixture.h"

namespace aiva::knowledge {
namespace {

// Every other read is answered by a replica that has not yet the last change of the one base.
class DatabaseWithLateReplica final : public Database {
 public:
  explicit DatabaseWithLateReplica(Database& rows) : rows_(rows) {}

  Task<Result<void>> run_read(CallContext context, Body body) override {
    bool is_late = ++reads_ % 2 == 0;
    auto reading = is_late ? read_late(std::move(context), std::move(body))
                           : rows_.run_read(std::move(context), std::move(body));
    auto outcome = co_await std::move(reading);
    co_return outcome;
  }
  Task<Result<void>> run_latest_read(CallContext context, Body body) override {
    ++latest_reads_;
    auto reading = rows_.run_read(std::move(context), std::move(body));
    auto outcome = co_await std::move(reading);
    co_return outcome;
  }
  Task<Result<void>> run_write(CallContext context, Body body) override {
    auto writing = rows_.run_write(std::move(context), std::move(body));
    auto outcome = co_await std::move(writing);
    co_return outcome;
  }
  [[nodiscard]] int latest_reads() const { return latest_reads_; }

 private:
  Task<Result<void>> read_late(CallContext context, Body body) {
    Result<void> seen;
    Body late = [&](SqlSession& sql) -> Result<void> {
      TRY_VOID(
          sql.execute("DELETE FROM document_changes WHERE version = "
                      "(SELECT version FROM knowledge_bases)"));
      TRY_VOID(sql.execute("UPDATE knowledge_bases SET version = version - 1"));
      seen = body(sql);
      return fail(ErrorCode::conflict, "undone");
    };
    auto undone = rows_.run_write(std::move(context), std::move(late));
    std::ignore = co_await std::move(undone);
    co_return seen;
  }

  Database& rows_;
  int reads_ = 0;
  int latest_reads_ = 0;
};

class IndexOf : public KnowledgeFixture {
 protected:
  double metric(const std::string& name) {
    auto text = metrics_.to_prometheus_text();
    auto at = text.find("\n" + name + " ");
    if (at == std::string::npos) return -1;
    return std::stod(text.substr(text.find(' ', at + 1)));
  }
  double catch_ups() { return metric("aiva_index_catch_ups_total"); }
  double passages() { return metric("aiva_index_passages_total"); }
  std::size_t chunk_rows() {
    return static_cast<std::size_t>(number("SELECT COUNT(*) FROM document_chunks"));
  }
  std::vector<PassageHit> with_words(KnowledgeBaseId base, std::string text) {
    indexed(base);
    auto hits = sync_wait(index_->search_words(context(), base, std::move(text), {10, {}}));
    EXPECT_TRUE(hits.has_value());
    return hits.value_or(std::vector<PassageHit>{});
  }
};

TEST_F(IndexOf, a_base_is_read_from_the_rows_once) {
  auto base = make_base();
  upload(base->id, paragraphs(4));
  run_due_jobs();

  EXPECT_EQ(indexed(base->id), chunk_rows());
  EXPECT_EQ(indexed(base->id), chunk_rows());

  EXPECT_EQ(catch_ups(), 1);
}

TEST_F(IndexOf, a_base_is_read_once_for_many_who_wait) {
  auto base = make_base();
  upload(base->id, paragraphs(40));
  run_due_jobs();

  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { EXPECT_GT(indexed(base->id), 0U); });
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(catch_ups(), 1);
  EXPECT_EQ(passages(), static_cast<double>(chunk_rows()));
}

TEST_F(IndexOf, a_base_in_use_follows_document_by_document) {
  auto base = make_base();
  upload(base->id, paragraphs(10));
  run_due_jobs();
  auto before = indexed(base->id);

  auto small = upload(base->id, "A short note.");
  run_due_jobs();
  EXPECT_EQ(indexed(base->id), before + 1);
  ASSERT_TRUE(sync_wait(knowledge_->act(context(), small.id, Knowledge::DocumentAction::remove)));
  EXPECT_EQ(indexed(base->id), before);

  EXPECT_EQ(passages(), static_cast<double>(before + 1));
  EXPECT_EQ(index_->version(base->id), 3);
}

TEST_F(IndexOf, a_base_changed_by_another_process_follows_its_rows) {
  auto base = make_base();
  upload(base->id, "Old words.");
  run_due_jobs();
  ASSERT_EQ(with_words(base->id, "old").size(), 1U);
  auto changed = sync_wait(write(*rows_, {}, [](SqlSession& sql) -> Result<void> {
    TRY_VOID(sql.execute("UPDATE document_chunks SET text = 'Fresh words.'"));
    TRY_VOID(sql.execute("UPDATE document_changes SET version = version + 1"));
    TRY_VOID(sql.execute("UPDATE knowledge_bases SET version = version + 1"));
    return {};
  }));
  ASSERT_TRUE(changed.has_value());

  EXPECT_EQ(with_words(base->id, "fresh").size(), 1U);
  EXPECT_TRUE(with_words(base->id, "old").empty());
  EXPECT_EQ(index_->version(base->id), 2);
}

// Two machines: each keeps an index of its own and follows the same rows.
TEST_F(IndexOf, another_node_has_what_was_written_here_with_its_next_search) {
  PlainPassageIndex elsewhere;
  IndexKeeper other(database_, elsewhere, embedder_, metrics_);
  auto base = make_base();
  auto found_there = [&](const std::string& word) {
    auto ensured = sync_wait(other.ensure(context(), {base->id}));
    EXPECT_TRUE(ensured.has_value());
    auto hits = sync_wait(elsewhere.search_words(context(), base->id, word, {10, {}}));
    return hits ? hits->size() : 0;
  };
  auto first = upload(base->id, "Lighthouse.");
  run_due_jobs();

  auto at_first = found_there("lighthouse");
  upload(base->id, "Windmill.");
  run_due_jobs();
  auto later = found_there("windmill");
  ASSERT_TRUE(sync_wait(knowledge_->act(context(), first.id, Knowledge::DocumentAction::remove)));

  EXPECT_EQ(at_first, 1U);
  EXPECT_EQ(later, 1U);
  EXPECT_EQ(found_there("lighthouse"), 0U);
  EXPECT_EQ(with_words(base->id, "windmill").size(), 1U);
  EXPECT_EQ(elsewhere.version(base->id), index_->version(base->id));
}

TEST_F(IndexOf, a_node_misses_no_change_though_a_replica_is_late) {
  PlainPassageIndex elsewhere;
  DatabaseWithLateReplica rows(*rows_);
  IndexKeeper other(rows, elsewhere, embedder_, metrics_);
  auto base = make_base();

  for (std::size_t documents = 1; documents <= 3; ++documents) {
    upload(base->id, "Lighthouse " + std::to_string(documents) + ".");
    run_due_jobs();
    auto version = static_cast<std::int64_t>(documents);
    for (int i = 0; i < 10 && elsewhere.version(base->id) != version; ++i)
      ASSERT_TRUE(sync_wait(other.ensure(context(), {base->id})).has_value());
    ASSERT_EQ(elsewhere.version(base->id), version);
    EXPECT_EQ(elsewhere.size(base->id), documents);
  }

  EXPECT_GT(rows.latest_reads(), 0);
}

TEST_F(IndexOf, another_node_that_is_in_use_follows_without_a_search) {
  PlainPassageIndex elsewhere;
  auto base = make_base();
  upload(base->id, "Lighthouse.");
  run_due_jobs();
  std::optional<Result<std::int64_t>> behind;
  std::optional<Result<std::int64_t>> unopened;
  {
    IndexKeeper other(database_, elsewhere, embedder_, metrics_);
    unopened = sync_wait(other.follow_others({}));
    ASSERT_TRUE(sync_wait(other.ensure(context(), {base->id})).has_value());
    EXPECT_EQ(sync_wait(other.follow_others({})).value_or(-1), 0);
    upload(base->id, "Windmill.");
    run_due_jobs();

    behind = sync_wait(other.follow_others({}));
  }  // which waits for what it began

  EXPECT_EQ(unopened->value_or(-1), 0);
  EXPECT_EQ(behind->value_or(-1), 1);
  EXPECT_EQ(elsewhere.version(base->id), 2);
  EXPECT_EQ(elsewhere.size(base->id), 2U);
}

TEST_F(IndexOf, a_base_finds_vectors_of_another_model_by_words_only) {
  auto base = make_base();
  upload(base->id, "Text.");
  run_due_jobs();
  auto changed = sync_wait(write(*rows_, {}, [](SqlSession& sql) {
    return sql.execute("UPDATE chunk_vectors SET model = 'older'");
  }));
  ASSERT_TRUE(changed.has_value());
  upload(base->id, "More text.");
  run_due_jobs();

  EXPECT_EQ(nearest(base->id, "text", 10).size(), 1U);
  EXPECT_EQ(with_words(base->id, "text").size(), 2U);
}

TEST_F(IndexOf, a_document_of_many_pages_of_rows_comes_whole) {
  auto base = make_base();
  auto document = upload(base->id, "Text.");
  run_due_jobs();
  auto added = sync_wait(write(*rows_, {}, [&](SqlSession& sql) -> Result<void> {
    for (int i = 1; i <= 1700; ++i) {
      auto text = "Passage " + std::to_string(i);
      TRY_VOID(sql.execute(
          "INSERT INTO document_chunks (id, tenant_id, kb_id, document_id, chunk_index, text, "
          "page_first, page_last, token_count, created_at) VALUES (?, ?, ?, ?, ?, ?, 1, 1, 2, 0)",
          {ChunkId::make(), tenant_, base->id, document.id, i, text}));
    }
    return {};
  }));
  ASSERT_TRUE(added.has_value()) << added.error().cause;

  EXPECT_EQ(indexed(base->id), 1701U);
}

TEST_F(IndexOf, a_base_that_is_gone_is_not_found) {
  auto base = make_base();
  upload(base->id, "Text.");
  run_due_jobs();
  ASSERT_EQ(indexed(base->id), 1U);
  ASSERT_TRUE(sync_wait(knowledge_->remove(context(), base->id)).has_value());

  auto ensured = sync_wait(knowledge_->ensure_indexed(context(), base->id));

  ASSERT_FALSE(ensured.has_value());
  EXPECT_EQ(ensured.error().code, ErrorCode::not_found);
  EXPECT_EQ(index_->version(base->id), std::nullopt);
}

}  // namespace
}  // namespace aiva::knowledge
