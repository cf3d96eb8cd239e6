#include "capabilities/knowledge/internal/index_keeper.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "capabilities/knowledge/testing/knowledge_fixture.h"

namespace aiva::knowledge {
namespace {

class VectorIndexOf : public KnowledgeFixture {
 protected:
  double loads() {
    auto text = metrics_.to_prometheus_text();
    auto at = text.find("\naiva_vector_index_loads_total ");
    if (at == std::string::npos) return -1;
    return std::stod(text.substr(text.find(' ', at + 1)));
  }
  void ensure(KnowledgeBaseId base) {
    auto ensured = sync_wait(knowledge_->ensure_indexed(context(), base));
    EXPECT_TRUE(ensured.has_value()) << ensured.error().message;
  }
};

TEST_F(VectorIndexOf, a_base_is_loaded_from_the_rows_once) {
  auto base = make_base();
  upload(base->id, paragraphs(4));
  run_due_jobs();

  ensure(base->id);
  ensure(base->id);

  EXPECT_EQ(loads(), 1);
  EXPECT_EQ(vectors_->size(base->id),
            static_cast<std::size_t>(number("SELECT COUNT(*) FROM document_chunks")));
}

TEST_F(VectorIndexOf, a_base_is_loaded_once_for_many_who_wait) {
  auto base = make_base();
  upload(base->id, paragraphs(40));
  run_due_jobs();

  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { ensure(base->id); });
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(loads(), 1);
}

TEST_F(VectorIndexOf, a_loaded_base_follows_its_rows_without_another_load) {
  auto base = make_base();
  ensure(base->id);

  auto first = upload(base->id, paragraphs(2));
  run_due_jobs();
  upload(base->id, paragraphs(3));
  run_due_jobs();
  ASSERT_TRUE(sync_wait(knowledge_->act(context(), first.id, Knowledge::DocumentAction::remove)));
  ensure(base->id);

  EXPECT_EQ(loads(), 1);
  EXPECT_EQ(vectors_->version(base->id), 3);
  EXPECT_EQ(vectors_->size(base->id),
            static_cast<std::size_t>(number("SELECT COUNT(*) FROM document_chunks")));
}

TEST_F(VectorIndexOf, a_base_changed_by_another_process_is_loaded_again) {
  auto base = make_base();
  upload(base->id, "Text.");
  run_due_jobs();
  ensure(base->id);
  auto changed = sync_wait(write(*rows_, {}, [](SqlSession& sql) {
    return sql.execute("UPDATE knowledge_bases SET version = version + 1");
  }));
  ASSERT_TRUE(changed.has_value());

  ensure(base->id);

  EXPECT_EQ(loads(), 2);
  EXPECT_EQ(vectors_->version(base->id), 2);
}

TEST_F(VectorIndexOf, a_base_leaves_out_vectors_of_another_model) {
  auto base = make_base();
  upload(base->id, "Text.");
  run_due_jobs();
  auto changed = sync_wait(write(*rows_, {}, [](SqlSession& sql) {
    return sql.execute("UPDATE chunk_vectors SET model = 'older'");
  }));
  ASSERT_TRUE(changed.has_value());
  upload(base->id, "More text.");
  run_due_jobs();

  ensure(base->id);

  EXPECT_EQ(vectors_->size(base->id), 1U);
  EXPECT_EQ(number("SELECT COUNT(*) FROM document_chunks"), 2);
}

// Changes reach the keeper in the order in which threads come, not in that of their commits.
TEST_F(VectorIndexOf, a_base_takes_changes_in_the_order_of_their_versions) {
  IndexKeeper keeper(*rows_, *vectors_, embedder_, metrics_);
  auto base = KnowledgeBaseId::make();
  std::vector<ChunkId> chunks = {ChunkId::make(), ChunkId::make()};
  ASSERT_TRUE(vectors_->load(base, 2, 5, {}, {}).has_value());

  keeper.apply(base, {.from_version = 6, .to_version = 7, .added = {}, .removed = {chunks[0]}});
  EXPECT_EQ(vectors_->version(base), 5);
  keeper.apply(base, {.from_version = 5, .to_version = 6, .added = chunks, .values = {1, 0, 0, 1}});

  EXPECT_EQ(vectors_->version(base), 7);
  EXPECT_EQ(vectors_->size(base), 1U);
  EXPECT_EQ(vectors_->search(base, std::vector<float>{0, 1}, 1)->front().chunk, chunks[1]);
}

TEST_F(VectorIndexOf, a_base_that_waits_too_long_for_a_change_is_dropped) {
  IndexKeeper keeper(*rows_, *vectors_, embedder_, metrics_);
  auto base = KnowledgeBaseId::make();
  ASSERT_TRUE(vectors_->load(base, 2, 1, {}, {}).has_value());

  for (std::int64_t version = 3; version < 100; ++version)
    keeper.apply(base, {.from_version = version, .to_version = version + 1});

  EXPECT_EQ(vectors_->version(base), std::nullopt);
}

}  // namespace
}  // namespace aiva::knowledge
