#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/passage_index.h"

namespace aiva {

// What every PassageIndex promises. An adapter's test includes this header in one file and says
// `INSTANTIATE_TEST_SUITE_P(Segments, PassageIndexContract, ::testing::Values(make_subject));`.
using PassageIndexFactory = std::function<std::unique_ptr<PassageIndex>()>;

class PassageIndexContract : public ::testing::TestWithParam<PassageIndexFactory> {
 protected:
  void SetUp() override { index_ = GetParam()(); }

  std::int64_t open(KnowledgeBaseId base, std::size_t dimension = 3, std::string model = "m") {
    auto opened = sync_wait(index_->open({}, base, {std::move(model), dimension}));
    EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message);
    return opened.value_or(-1);
  }
  static IndexedPassage passage(DocumentId document, std::vector<float> vector,
                                std::string text = "nothing") {
    return {.chunk = ChunkId::make(),
            .document = document,
            .text = std::move(text),
            .language = "en",
            .vector = std::move(vector)};
  }
  struct Step {
    std::vector<IndexedPassage> added{};
    std::vector<DocumentId> removed{};
    std::int64_t from = 0;
    std::int64_t to = 1;
  };
  Result<void> apply(KnowledgeBaseId base, Step step) {
    auto change = index_->begin(base);
    if (!change) return fail(std::move(change.error()));
    for (auto document : step.removed) (*change)->remove(document);
    TRY_VOID(sync_wait((*change)->add({}, std::move(step.added))));
    return sync_wait((*change)->commit({}, step.from, step.to));
  }
  // Three documents of one passage each, on the axes of a space of three dimensions, at version 1.
  void add_axes(KnowledgeBaseId base) {
    open(base);
    auto added = axes_;
    ASSERT_TRUE(apply(base, {.added = std::move(added)}).has_value());
  }
  std::vector<PassageHit> nearest(KnowledgeBaseId base, std::vector<float> query,
                                  std::size_t count_max, PassageFilter filter = {}) {
    auto hits = sync_wait(
        index_->search_vectors({}, base, std::move(query), {count_max, std::move(filter)}));
    EXPECT_TRUE(hits.has_value()) << (hits ? "" : hits.error().message);
    return hits.value_or(std::vector<PassageHit>{});
  }
  std::vector<ChunkId> with_words(KnowledgeBaseId base, std::string text,
                                  PassageFilter filter = {}) {
    auto hits = sync_wait(index_->search_words({}, base, std::move(text), {10, std::move(filter)}));
    EXPECT_TRUE(hits.has_value()) << (hits ? "" : hits.error().message);
    std::vector<ChunkId> chunks;
    if (hits)
      for (const auto& hit : *hits) chunks.push_back(hit.chunk);
    return chunks;
  }
  static std::vector<ChunkId> chunks_of(const std::vector<PassageHit>& hits) {
    std::vector<ChunkId> chunks;
    for (const auto& hit : hits) chunks.push_back(hit.chunk);
    return chunks;
  }
  std::optional<ErrorCode> search_failure(KnowledgeBaseId base, std::vector<float> query) {
    auto hits = sync_wait(index_->search_vectors({}, base, std::move(query), {1, {}}));
    return hits ? std::nullopt : std::optional(hits.error().code);
  }

  const KnowledgeBaseId base_ = KnowledgeBaseId::make();
  const std::vector<IndexedPassage> axes_{
      passage(DocumentId::make(), {1, 0, 0}, "Refunds are paid within fourteen days."),
      passage(DocumentId::make(), {0, 1, 0}, "Tents are cleaned with cold water."),
      passage(DocumentId::make(), {0, 0, 1}, "The shop opens at nine.")};
  std::unique_ptr<PassageIndex> index_;
};

TEST_P(PassageIndexContract, finds_the_nearest_best_first_with_their_cosines) {
  add_axes(base_);

  auto hits = nearest(base_, {0.6F, 0.0F, 0.8F}, 2);

  ASSERT_EQ(hits.size(), 2U);
  EXPECT_EQ(hits[0].chunk, axes_[2].chunk);
  EXPECT_EQ(hits[0].document, axes_[2].document);
  EXPECT_NEAR(hits[0].score, 0.8, 1e-3);
  EXPECT_EQ(hits[1].chunk, axes_[0].chunk);
  EXPECT_NEAR(hits[1].score, 0.6, 1e-3);
}

TEST_P(PassageIndexContract, finds_passages_by_their_words) {
  add_axes(base_);

  EXPECT_THAT(with_words(base_, "cold tents"), testing::ElementsAre(axes_[1].chunk));
  EXPECT_TRUE(with_words(base_, "bicycle").empty());
  EXPECT_TRUE(with_words(base_, "").empty());
  EXPECT_TRUE(with_words(base_, "\" * ( AND").empty());
}

TEST_P(PassageIndexContract, gives_all_when_fewer_than_asked_for) {
  add_axes(base_);

  EXPECT_EQ(nearest(base_, {1, 0, 0}, 100).size(), 3U);
  EXPECT_EQ(nearest(base_, {1, 0, 0}, 0).size(), 0U);
}

TEST_P(PassageIndexContract, is_empty_at_version_0_at_first) {
  EXPECT_EQ(index_->version(base_), std::nullopt);
  EXPECT_EQ(index_->size(base_), 0U);

  EXPECT_EQ(open(base_), 0);

  EXPECT_EQ(index_->version(base_), 0);
  EXPECT_TRUE(nearest(base_, {1, 0, 0}, 5).empty());
  EXPECT_TRUE(with_words(base_, "refunds").empty());
}

TEST_P(PassageIndexContract, shows_a_change_under_its_version) {
  add_axes(base_);
  auto added = passage(DocumentId::make(), {0.8F, 0.6F, 0}, "Refunds of gift cards");

  auto applied = apply(base_, {{added}, {axes_[0].document}, 1, 4});

  ASSERT_TRUE(applied.has_value()) << applied.error().message;
  EXPECT_EQ(index_->version(base_), 4);
  EXPECT_EQ(index_->size(base_), 3U);
  EXPECT_THAT(chunks_of(nearest(base_, {1, 0, 0}, 1)), testing::ElementsAre(added.chunk));
  EXPECT_THAT(with_words(base_, "refunds"), testing::ElementsAre(added.chunk));
}

TEST_P(PassageIndexContract, replaces_a_document_in_one_step) {
  add_axes(base_);
  auto next = passage(axes_[0].document, {0, 0.6F, 0.8F}, "Refunds take a week.");

  ASSERT_TRUE(apply(base_, {{next}, {axes_[0].document}, 1, 2}).has_value());

  EXPECT_EQ(index_->size(base_), 3U);
  for (const auto& hit : nearest(base_, {1, 0, 0}, 3)) EXPECT_NEAR(hit.score, 0, 1e-3);
  EXPECT_THAT(with_words(base_, "refunds"), testing::ElementsAre(next.chunk));
}

TEST_P(PassageIndexContract, refuses_a_change_from_another_version) {
  add_axes(base_);

  auto applied = apply(base_, {.removed = {axes_[0].document}, .from = 2, .to = 3});

  ASSERT_FALSE(applied.has_value());
  EXPECT_EQ(applied.error().code, ErrorCode::conflict);
  EXPECT_EQ(index_->version(base_), 1);
  EXPECT_EQ(index_->size(base_), 3U);
}

TEST_P(PassageIndexContract, shows_nothing_of_a_change_that_is_not_committed) {
  add_axes(base_);

  {
    auto change = index_->begin(base_);
    ASSERT_TRUE(change.has_value());
    (*change)->remove(axes_[0].document);
    ASSERT_TRUE(sync_wait((*change)->add({}, {passage(DocumentId::make(), {1, 0, 0})})));
  }

  EXPECT_EQ(index_->size(base_), 3U);
  EXPECT_THAT(chunks_of(nearest(base_, {1, 0, 0}, 1)), testing::ElementsAre(axes_[0].chunk));
}

TEST_P(PassageIndexContract, finds_a_passage_without_a_vector_by_words_only) {
  add_axes(base_);
  auto wordy = passage(DocumentId::make(), {}, "Bicycles are lent for a day.");

  ASSERT_TRUE(apply(base_, {{wordy}, {}, 1, 2}).has_value());

  EXPECT_EQ(nearest(base_, {1, 0, 0}, 10).size(), 3U);
  EXPECT_THAT(with_words(base_, "bicycles"), testing::ElementsAre(wordy.chunk));
}

TEST_P(PassageIndexContract, keeps_to_its_filter) {
  open(base_);
  auto manual = DocumentId::make();
  auto report = DocumentId::make();
  auto first = passage(manual, {1, 0, 0}, "tent");
  auto second = passage(manual, {0.8F, 0.6F, 0}, "tent");
  second.page_first = 4;
  second.page_last = 6;
  auto table = passage(report, {0.6F, 0.8F, 0}, "tent");
  table.kind = PassageKind::table;
  ASSERT_TRUE(apply(base_, {.added = {first, second, table}}).has_value());
  PassageFilter of_manual{.documents = std::make_shared<DocumentSet>(DocumentSet{manual})};
  PassageFilter of_pages{.page_min = 5, .page_max = 9};
  PassageFilter of_tables{.kinds = {PassageKind::table}};
  PassageFilter of_none{.documents = std::make_shared<DocumentSet>()};

  for (auto& [filter, wanted] : std::vector<std::pair<PassageFilter, std::vector<ChunkId>>>{
           {of_manual, {first.chunk, second.chunk}},
           {of_pages, {second.chunk}},
           {of_tables, {table.chunk}},
           {of_none, {}}}) {
    EXPECT_THAT(chunks_of(nearest(base_, {1, 0, 0}, 10, filter)),
                testing::UnorderedElementsAreArray(wanted));
    EXPECT_THAT(with_words(base_, "tent", filter), testing::UnorderedElementsAreArray(wanted));
  }
}

TEST_P(PassageIndexContract, starts_anew_for_another_model) {
  add_axes(base_);

  EXPECT_EQ(open(base_), 1);
  EXPECT_EQ(open(base_, 2, "other"), 0);

  EXPECT_EQ(index_->size(base_), 0U);
  EXPECT_EQ(search_failure(base_, {1, 0, 0}), ErrorCode::invalid);
}

TEST_P(PassageIndexContract, keeps_words_where_there_is_no_embedder) {
  open(base_, 0, "");

  ASSERT_TRUE(apply(base_, {.added = {passage(DocumentId::make(), {}, "Refunds")}}).has_value());

  EXPECT_EQ(with_words(base_, "refunds").size(), 1U);
}

TEST_P(PassageIndexContract, keeps_knowledge_bases_apart) {
  auto other = KnowledgeBaseId::make();
  auto secret = passage(DocumentId::make(), {1, 0, 0}, "Refunds are secret.");
  add_axes(base_);
  open(other);
  ASSERT_TRUE(apply(other, {.added = {secret}}).has_value());

  EXPECT_THAT(chunks_of(nearest(base_, {1, 0, 0}, 10)),
              testing::Not(testing::Contains(secret.chunk)));
  EXPECT_THAT(with_words(base_, "secret"), testing::IsEmpty());
  index_->erase(base_);

  EXPECT_EQ(index_->version(base_), std::nullopt);
  EXPECT_EQ(open(base_), 0);
  EXPECT_EQ(index_->size(base_), 0U);
  EXPECT_THAT(chunks_of(nearest(other, {1, 0, 0}, 10)), testing::ElementsAre(secret.chunk));
}

TEST_P(PassageIndexContract, searches_several_knowledge_bases_as_one) {
  auto other = KnowledgeBaseId::make();
  auto third = KnowledgeBaseId::make();
  auto near = passage(DocumentId::make(), {0.8F, 0.6F, 0}, "Refunds of tents.");
  add_axes(base_);
  open(other);
  open(third);
  ASSERT_TRUE(apply(other, {.added = {near}}).has_value());
  ASSERT_TRUE(apply(third, {.added = {passage(DocumentId::make(), {1, 0, 0}, "Refunds tents.")}}));
  std::vector<KnowledgeBaseId> bases{base_, other};

  auto by_vector = sync_wait(index_->search_vectors_across({}, bases, {1, 0.1F, 0}, {2, {}}));
  auto by_words = sync_wait(index_->search_words_across({}, bases, "tents refunds", {9, {}}));
  PassageFilter filter{.documents = std::make_shared<DocumentSet>(DocumentSet{near.document})};
  auto filtered = sync_wait(index_->search_words_across({}, bases, "tents", {9, filter}));

  ASSERT_TRUE(by_vector && by_words && filtered);
  EXPECT_THAT(chunks_of(*by_vector), testing::ElementsAre(axes_[0].chunk, near.chunk));
  ASSERT_EQ(by_words->size(), 3U);
  EXPECT_EQ(by_words->front().chunk, near.chunk) << "it has both words";
  EXPECT_EQ(by_words->front().document, near.document);
  EXPECT_THAT(chunks_of(*filtered), testing::ElementsAre(near.chunk));
  bases.push_back(KnowledgeBaseId::make());
  EXPECT_EQ(sync_wait(index_->search_words_across({}, bases, "tents", {9, {}})).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(sync_wait(index_->search_vectors_across({}, bases, {1, 0, 0}, {9, {}})).error().code,
            ErrorCode::not_found);
}

TEST_P(PassageIndexContract, gives_vectors_only_where_they_are_wanted) {
  add_axes(base_);
  auto wordy = passage(DocumentId::make(), {}, "Refunds without a vector.");
  ASSERT_TRUE(apply(base_, {{wordy}, {}, 1, 2}).has_value());

  auto near = sync_wait(index_->search_vectors({}, base_, {1, 0, 0}, {.wants_vectors = true}));
  auto named = sync_wait(index_->search_words({}, base_, "refunds", {.wants_vectors = true}));
  auto plain = sync_wait(index_->search_vectors({}, base_, {1, 0, 0}, {}));

  ASSERT_TRUE(near && named && plain);
  ASSERT_EQ(near->size(), 3U);
  EXPECT_TRUE(plain->front().vector.empty());
  if (near->front().vector.empty()) GTEST_SKIP() << "this index has no vectors to give";
  ASSERT_EQ(near->front().vector.size(), 3U);
  EXPECT_NEAR(near->front().vector[0], 1, 1e-3);
  ASSERT_EQ(named->size(), 2U);
  for (const auto& hit : *named) EXPECT_EQ(hit.vector.size(), hit.chunk == wordy.chunk ? 0U : 3U);
}

TEST_P(PassageIndexContract, explains_words_where_it_can) {
  add_axes(base_);

  auto hits = sync_wait(
      index_->search_words({}, base_, "cold tents with bicycles", {.wants_reasons = true}));

  ASSERT_TRUE(hits);
  ASSERT_FALSE(hits->empty());
  const auto& best = hits->front();
  EXPECT_EQ(best.chunk, axes_[1].chunk);
  if (best.words.empty()) GTEST_SKIP() << "this index has no reasons to give";
  float sum = 0;
  std::vector<std::string> words;
  for (const auto& word : best.words) {
    sum += word.score;
    words.push_back(word.word);
    EXPECT_EQ(word.body, 1U) << word.word;
    EXPECT_GT(word.rarity, 0) << word.word;
  }
  EXPECT_NEAR(sum, best.score, 1e-3);
  EXPECT_THAT(words, testing::IsSupersetOf({"cold", "tents"}));
  EXPECT_THAT(words, testing::Not(testing::Contains("bicycles")));
}

TEST_P(PassageIndexContract, lists_what_it_has_until_it_is_erased) {
  auto other = KnowledgeBaseId::make();
  auto list = [this] { return sync_wait(index_->list({})).value_or(std::vector{base_}); };
  EXPECT_THAT(list(), testing::Not(testing::Contains(base_)));

  add_axes(base_);
  open(other);
  EXPECT_THAT(list(), testing::IsSupersetOf({base_, other}));
  index_->erase(base_);

  EXPECT_THAT(list(), testing::Not(testing::Contains(base_)));
  EXPECT_THAT(list(), testing::Contains(other));
}

TEST_P(PassageIndexContract, takes_no_change_of_an_index_that_was_erased_meanwhile) {
  add_axes(base_);
  auto change = index_->begin(base_);
  ASSERT_TRUE(change.has_value());
  (*change)->remove(axes_[0].document);

  index_->erase(base_);
  auto committed = sync_wait((*change)->commit({}, 1, 2));

  ASSERT_FALSE(committed.has_value());
  EXPECT_EQ(committed.error().code, ErrorCode::conflict);
  EXPECT_EQ(open(base_), 0);
  EXPECT_EQ(index_->size(base_), 0U);
}

TEST_P(PassageIndexContract, fails_precisely) {
  EXPECT_EQ(search_failure(base_, {1, 0, 0}), ErrorCode::not_found);
  EXPECT_FALSE(index_->begin(base_).has_value());

  add_axes(base_);

  EXPECT_EQ(search_failure(base_, {1, 0}), ErrorCode::invalid);
  auto applied = apply(base_, {{passage(DocumentId::make(), {1, 0})}, {}, 1, 2});
  ASSERT_FALSE(applied.has_value());
  EXPECT_EQ(applied.error().code, ErrorCode::invalid);
}

}  // namespace aiva
