#include <gtest/gtest.h>

#include <string>

#include "capabilities/knowledge/testing/knowledge_fixture.h"

namespace aiva::knowledge {
namespace {

class EmbeddingReuse : public KnowledgeFixture {
 protected:
  // How many texts were embedded since the last time.
  std::size_t embedded() {
    auto all = embedder_.fake().texts_embedded();
    return all - std::exchange(embedded_before_, all);
  }
  std::int64_t vectors_differ_from_their_text() {
    std::int64_t wrong = 0;
    auto rows = stored();
    for (const auto& [text, vector] : rows) {
      auto made = sync_wait(embedder_.fake().embed({}, {text}));
      if (!std::ranges::equal(made->row(0), vector)) ++wrong;
    }
    (void)embedded();
    return wrong;
  }

 private:
  std::vector<std::pair<std::string, std::vector<float>>> stored() {
    std::vector<std::pair<std::string, std::vector<float>>> found;
    auto outcome = sync_wait(read(*rows_, {}, [&found](SqlSession& session) {
      return session.query(
          "SELECT d.title || char(10) || c.text, v.vector FROM document_chunks c "
          "JOIN documents d ON d.id = c.document_id "
          "JOIN chunk_vectors v ON v.chunk_rowid = c.rowid",
          {}, [&found](const SqlRow& row) -> Result<void> {
            std::vector<float> vector(row.bytes(1).size() / sizeof(float));
            std::memcpy(vector.data(), row.bytes(1).data(), row.bytes(1).size());
            found.emplace_back(row.text(0), std::move(vector));
            return {};
          });
    }));
    EXPECT_TRUE(outcome.has_value());
    return found;
  }

  std::size_t embedded_before_ = 0;
};

TEST_F(EmbeddingReuse, a_new_version_embeds_only_what_changed) {
  auto base = make_base();
  auto text = paragraphs(6);
  auto first = add(base->id, staged("a.txt", text));
  run_due_jobs();
  auto all = embedded();
  ASSERT_EQ(all, texts().size());
  ASSERT_GE(all, 4U);

  auto changed = text;
  changed.replace(changed.find("word3 "), 6, "other ");
  add(base->id, staged("a.txt", changed));
  run_due_jobs();

  EXPECT_EQ(status(first.document.id).version, 2);
  EXPECT_EQ(embedded(), 1U);
  EXPECT_EQ(texts().size(), all);
  EXPECT_EQ(vectors_differ_from_their_text(), 0);
  EXPECT_NE(
      metrics_.to_prometheus_text().find("aiva_embeddings_reused_total " + std::to_string(all - 1)),
      std::string::npos);
  EXPECT_NE(status(first.document.id)
                .processing_stats.find("\"embeddings_reused\":" + std::to_string(all - 1)),
            std::string::npos);
  expect_consistent_rows();
}

TEST_F(EmbeddingReuse, reading_a_base_again_embeds_nothing_and_costs_nothing) {
  auto base = make_base();
  upload(base->id, paragraphs(3));
  run_due_jobs();
  (void)embedded();

  ASSERT_TRUE(sync_wait(knowledge_->work().reindex(context(), base->id)).has_value());
  run_due_jobs();

  EXPECT_EQ(embedded(), 0U);
  EXPECT_EQ(number("SELECT COALESCE(SUM(amount), 0) FROM credit_transactions "
                   "WHERE operation = 'document_reindex'"),
            0);
  EXPECT_EQ(vectors_differ_from_their_text(), 0);
}

TEST_F(EmbeddingReuse, the_same_text_in_another_base_of_the_tenant_is_known) {
  upload(make_base("One")->id, paragraphs(3));
  run_due_jobs();
  (void)embedded();

  auto copy = upload(make_base("Two")->id, paragraphs(3));
  run_due_jobs();

  EXPECT_EQ(status(copy.id).status, DocumentStatus::completed);
  EXPECT_EQ(embedded(), 0U);
  expect_consistent_rows();
}

TEST_F(EmbeddingReuse, never_takes_a_vector_of_another_tenant) {
  upload(make_base()->id, paragraphs(3));
  run_due_jobs();
  auto mine = embedded();

  auto theirs = sync_wait(knowledge_->create(stranger(), {.name = "Theirs"}));
  ASSERT_TRUE(theirs.has_value());
  auto added = sync_wait(
      knowledge_->add_document(stranger(), (*theirs)->id, staged("a.txt", paragraphs(3))));
  ASSERT_TRUE(added.has_value());
  run_due_jobs();

  EXPECT_EQ(embedded(), mine);
}

TEST_F(EmbeddingReuse, vectors_of_another_model_or_size_are_made_anew) {
  auto base = make_base();
  upload(base->id, "Some text.");
  run_due_jobs();
  (void)embedded();

  for (const char* change :
       {"UPDATE chunk_vectors SET model = 'older'", "UPDATE chunk_vectors SET dimension = 12"}) {
    ASSERT_TRUE(sync_wait(write(*rows_, {}, [&](SqlSession& sql) { return sql.execute(change); })));
    ASSERT_TRUE(sync_wait(knowledge_->work().reindex(context(), base->id)).has_value());
    run_due_jobs();
    EXPECT_EQ(embedded(), 1U) << change;
  }
}

TEST_F(EmbeddingReuse, a_text_that_repeats_within_a_document_is_embedded_once) {
  auto base = make_base();
  auto one = paragraphs(1, "same");

  auto document = upload(base->id, one + "\n\n" + one + "\n\n" + one);
  run_due_jobs();

  EXPECT_EQ(status(document.id).status, DocumentStatus::completed);
  EXPECT_LT(embedded(), texts().size());
  EXPECT_EQ(vectors_differ_from_their_text(), 0);
}

}  // namespace
}  // namespace aiva::knowledge
