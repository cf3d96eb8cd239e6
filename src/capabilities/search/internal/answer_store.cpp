#include "capabilities/search/internal/answer_store.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "capabilities/search/question.h"
#include "retrieval/kernels.h"

namespace aiva::search {
namespace {

// Answers of several knowledge bases go when any of the tenant's is cleared: one epoch to look for
// instead of a hundred. No knowledge base has the id of a tenant.
KnowledgeBaseId all_of(TenantId tenant) { return {.uuid = tenant.uuid}; }

}  // namespace

Task<CacheScope> AnswerStore::scope_of(CallContext context, CacheScope scope) {
  if (shared_ == nullptr) co_return scope;
  scope.epoch = co_await shared_->epoch(context, scope.base);
  if (!scope.is_joint) co_return scope;
  auto joint = co_await shared_->epoch(context, all_of(context.tenant));
  scope.form.append("@").append(std::to_string(joint));
  co_return scope;
}

Task<AnswerStore::Found> AnswerStore::find(CallContext context, CacheScope scope, std::string query,
                                           Instant now) {
  Found found{.answer = kept_.find(scope, query, now)};
  if (found.answer || shared_ == nullptr || !scope.is_shared) co_return found;
  auto shared = co_await shared_->find(context, scope, query);
  if (!shared) co_return found;
  if (normal_question(shared->query) != normal_question(query)) {
    found.alike = std::move(shared);
    co_return found;
  }
  auto completing = shared_->complete(context, scope.base, std::move(*shared), 1);
  found.answer = co_await std::move(completing);
  if (found.answer) keep(scope, *found.answer, now);
  co_return found;
}

Task<std::optional<CachedAnswer>> AnswerStore::find_near(CallContext context, CacheScope scope,
                                                         Near near, Instant now) {
  auto kept = kept_.find_near(scope, near.query, near.vector, now);
  if (kept || shared_ == nullptr || !near.alike) co_return kept;
  const auto& vector = near.alike->vector;
  if (vector.size() != near.vector.size()) co_return std::nullopt;
  double cosine = retrieval::kernels().dot(vector.data(), near.vector.data(), vector.size());
  if (cosine < settings_.similarity_min) co_return std::nullopt;
  auto completing =
      shared_->complete(context, scope.base, std::move(*near.alike), std::min(cosine, 1.0));
  auto found = co_await std::move(completing);
  co_return found;
}

// The next time nothing has to be fetched.
void AnswerStore::keep(const CacheScope& scope, const CachedAnswer& found, Instant now) {
  auto age = std::chrono::duration<double>(found.age_s);
  kept_.put(scope,
            {.query = found.original_query,
             .answer = found.answer,
             .made = now - std::chrono::duration_cast<std::chrono::steady_clock::duration>(age)});
}

void AnswerStore::put(const CallContext& context, const CacheScope& scope, NewAnswer answer) {
  if (settings_.time_to_live <= std::chrono::seconds(0)) return;
  if (shared_ != nullptr && scope.is_shared) shared_->put(context, scope, answer);
  kept_.put(scope, std::move(answer));
}

Task<Result<std::int64_t>> AnswerStore::clear(CallContext context, KnowledgeBaseId base) {
  auto count = kept_.clear(base);
  if (shared_ == nullptr) co_return count;
  CO_TRY_VOID(co_await shared_->clear(context, base));
  CO_TRY_VOID(co_await shared_->clear(context, all_of(context.tenant)));
  co_return count;
}

}  // namespace aiva::search
