#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/test_database/test_database.h"
#include "capabilities/knowledge/document_catalog.h"
#include "capabilities/knowledge/knowledge.h"
#include "foundation/metrics.h"
#include "ports/testing/fake_text_embedder.h"
#include "ports/testing/manual_clock.h"
#include "ports/testing/plain_passage_index.h"

namespace aiva::search {

// For tests: knowledge bases whose chunks lie in memory. What search and chat need of
// knowledge::Knowledge works; the rest fails.
class ShelfKnowledge final : public knowledge::Knowledge {
 public:
  ShelfKnowledge(FakeTextEmbedder& embedder, PassageIndex& index)
      : embedder_(embedder), index_(index) {}

  KnowledgeBaseId add_base(TenantId tenant) {
    auto id = KnowledgeBaseId::make();
    knowledge::KnowledgeBase base{.id = id, .tenant = tenant, .name = "Shelf"};
    bases_[id] = std::make_shared<const knowledge::KnowledgeBase>(std::move(base));
    return id;
  }

  struct Page {
    std::string text;
    int page = 1;
    std::string heading{};
    std::string document = "Handbook.pdf";
    std::string type = "text";
  };
  // Adds one chunk that stands on one page.
  ChunkId add(KnowledgeBaseId base, Page page) {
    auto size = page.text.size();
    return add_chunk(base, {.type = page.type,
                            .text = std::move(page.text),
                            .heading_path = std::move(page.heading),
                            .page_first = page.page,
                            .page_last = page.page,
                            .spans = {{.page = page.page, .begin = 0, .end = size}},
                            .document_name = std::move(page.document)});
  }
  // Adds a chunk as it is; its ids and index are set here.
  ChunkId add_chunk(KnowledgeBaseId base, knowledge::Chunk chunk) {
    chunk.id = ChunkId::make();
    auto [document, is_new] = documents_.try_emplace({base, chunk.document_name});
    if (is_new) document->second = DocumentId::make();
    chunk.document = document->second;
    chunk.knowledge_base = base;
    chunk.index = static_cast<std::int64_t>(chunks_.size());
    auto known = *bases_.at(base);
    ++known.chunk_count;
    ++known.version;
    bases_[base] = std::make_shared<const knowledge::KnowledgeBase>(known);
    auto id = chunk.id;
    indexed_[id] = chunk;
    chunks_.emplace(id, std::move(chunk));
    return id;
  }
  // The chunk is gone from the rows while the indexes still name it.
  void lose(ChunkId chunk) { chunks_.erase(chunk); }
  // Does that once, when chunks are fetched next.
  void before_next_fetch(std::function<void()> action) { before_fetch_ = std::move(action); }

  // Done each time after indexes were to show their rows.
  void after_ensuring(std::function<void()> action) { after_ensuring_ = std::move(action); }
  // How often indexes were to show its rows.
  [[nodiscard]] int times_ensured() const { return times_ensured_; }

  Task<Result<knowledge::KnowledgeBasePointer>> get(CallContext context,
                                                    KnowledgeBaseId id) override {
    auto found = bases_.find(id);
    if (found == bases_.end() || found->second->tenant != context.tenant)
      co_return fail(ErrorCode::not_found, "There is no such knowledge base");
    co_return found->second;
  }

  Task<Result<std::vector<knowledge::Chunk>>> chunks(CallContext context,
                                                     std::vector<ChunkId> ids) override {
    if (auto action = std::exchange(before_fetch_, {})) action();
    std::vector<knowledge::Chunk> found;
    for (auto id : ids) {
      auto chunk = chunks_.find(id);
      if (chunk == chunks_.end()) continue;
      if (bases_.at(chunk->second.knowledge_base)->tenant != context.tenant) continue;
      found.push_back(chunk->second);
    }
    co_return found;
  }

  Task<Result<ChunksNow>> chunks_now(CallContext context, std::vector<ChunkId> ids,
                                     std::vector<KnowledgeBaseId> bases) override {
    if (auto action = std::exchange(before_fetch_, {})) action();
    ChunksNow now;
    for (auto base : bases) {
      auto getting = get(context, base);
      CO_TRY(auto known, co_await std::move(getting));
      now.versions.push_back(known->version);
    }
    auto fetching = chunks(context, std::move(ids));
    CO_TRY(now.chunks, co_await std::move(fetching));
    co_return now;
  }

  using knowledge::Knowledge::ensure_indexed;
  Task<Result<void>> ensure_indexed(CallContext context,
                                    std::vector<KnowledgeBaseId> ids) override {
    ++times_ensured_;
    for (auto id : ids) {
      auto ensuring = bring_up(context, id);
      CO_TRY_VOID(co_await std::move(ensuring));
    }
    if (after_ensuring_) after_ensuring_();
    co_return Result<void>();
  }

  // Brings all passages to the index anew; without vectors where the embedder fails.
  Task<Result<void>> bring_up(CallContext context, KnowledgeBaseId id) {
    auto version = bases_.at(id)->version;
    PassageVectors vectors{embedder_.model(), embedder_.dimension()};
    CO_TRY(auto shown, co_await index_.open(context, id, vectors));
    if (shown == version) co_return Result<void>();
    CO_TRY(auto change, index_.begin(id));
    std::vector<IndexedPassage> passages;
    for (const auto& [chunk_id, chunk] : indexed_) {
      if (chunk.knowledge_base != id) continue;
      change->remove(chunk.document);
      CO_TRY(auto vector, co_await embed(context, chunk.heading_path + " " + chunk.text));
      passages.push_back({.chunk = chunk_id,
                          .document = chunk.document,
                          .kind = parse_passage_kind(chunk.type),
                          .page_first = chunk.page_first,
                          .page_last = chunk.page_last,
                          .text = chunk.text,
                          .heading = chunk.heading_path,
                          .language = "en",
                          .vector = std::move(vector)});
    }
    CO_TRY_VOID(co_await change->add(context, std::move(passages)));
    co_return co_await change->commit(context, shown, version);
  }

  Task<Result<knowledge::KnowledgeBasePointer>> create(CallContext,
                                                       knowledge::NewKnowledgeBase) override {
    co_return fail(not_here());
  }
  Task<Result<knowledge::KnowledgeBasePagePointer>> list(CallContext, ListFilter) override {
    co_return fail(not_here());
  }
  Task<Result<knowledge::KnowledgeBasePointer>> update(CallContext, KnowledgeBaseId,
                                                       knowledge::KnowledgeBaseChange) override {
    co_return fail(not_here());
  }
  Task<Result<knowledge::BaseStatistics>> statistics(CallContext, KnowledgeBaseId) override {
    co_return fail(not_here());
  }
  Task<Result<void>> remove(CallContext, KnowledgeBaseId id) override {
    bases_.erase(id);
    co_return Result<void>();
  }
  Task<Result<knowledge::AddedDocument>> add_document(CallContext, KnowledgeBaseId,
                                                      knowledge::NewDocument) override {
    co_return fail(not_here());
  }
  Task<Result<knowledge::Document>> document(CallContext, DocumentId) override {
    co_return fail(not_here());
  }
  Task<Result<knowledge::PageOf<knowledge::Document>>> documents(CallContext, KnowledgeBaseId,
                                                                 DocumentFilter) override {
    co_return fail(not_here());
  }
  Task<Result<void>> act(CallContext, DocumentId, DocumentAction) override {
    co_return fail(not_here());
  }
  knowledge::DocumentWork& work() override { return work_; }
  knowledge::DocumentCatalog& catalog() { return catalog_; }

 private:
  class ShelfCatalog final : public knowledge::DocumentCatalog {
   public:
    explicit ShelfCatalog(ShelfKnowledge& shelf) : shelf_(shelf) {}
    Task<Result<knowledge::CatalogPointer>> of(CallContext, KnowledgeBaseId base) override {
      std::map<DocumentId, knowledge::CatalogEntry> entries;
      for (const auto& [id, chunk] : shelf_.chunks_) {
        if (chunk.knowledge_base != base) continue;
        auto metadata = json::parse(chunk.document_metadata);
        entries[chunk.document] = {.id = chunk.document,
                                   .metadata = metadata && metadata->is_object()
                                                   ? metadata->get_object()
                                                   : json::Object{}};
      }
      auto found = std::make_shared<std::vector<knowledge::CatalogEntry>>();
      for (auto& [id, entry] : entries) found->push_back(std::move(entry));
      co_return found;
    }

   private:
    ShelfKnowledge& shelf_;
  };

  class NoWork final : public knowledge::DocumentWork {
   public:
    Task<Result<knowledge::Document>> set_metadata(CallContext, DocumentId, std::string) override {
      co_return fail(not_here());
    }
    Task<Result<knowledge::Document>> merge_metadata(CallContext, DocumentId,
                                                     std::string) override {
      co_return fail(not_here());
    }
    Task<Result<knowledge::ReindexProgress>> reindex(CallContext, KnowledgeBaseId) override {
      co_return fail(not_here());
    }
    Task<Result<knowledge::ReindexProgress>> cancel_reindex(CallContext, KnowledgeBaseId) override {
      co_return fail(not_here());
    }
    Task<Result<std::int64_t>> follow_others(CallContext) override { co_return 0; }
    Task<Result<std::int64_t>> reindex_other_models(CallContext) override {
      co_return fail(not_here());
    }
    Task<Result<JobOutcome>> run(CallContext, Job) override { co_return fail(not_here()); }
  };

  Task<Result<std::vector<float>>> embed(CallContext context, std::string text) {
    if (embedder_.dimension() == 0) co_return std::vector<float>{};
    std::vector<std::string> texts{std::move(text)};
    auto embedded = co_await embedder_.embed(context, std::move(texts));
    if (!embedded) co_return std::vector<float>{};
    co_return std::move(embedded->values);
  }

  static Error not_here() { return internal_error("The shelf does not do this"); }

  int times_ensured_ = 0;
  std::function<void()> before_fetch_;
  std::function<void()> after_ensuring_;
  FakeTextEmbedder& embedder_;
  PassageIndex& index_;
  std::map<KnowledgeBaseId, knowledge::KnowledgeBasePointer> bases_;
  std::map<std::pair<KnowledgeBaseId, std::string>, DocumentId> documents_;
  std::map<ChunkId, knowledge::Chunk> chunks_;
  std::map<ChunkId, knowledge::Chunk> indexed_;  // lost ones too
  NoWork work_;
  ShelfCatalog catalog_{*this};
};

}  // namespace aiva::search
