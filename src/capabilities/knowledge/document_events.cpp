#include "capabilities/knowledge/document_events.h"

#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace aiva::knowledge {

struct DocumentEvents::State {
  std::mutex mutex;
  std::unordered_multimap<DocumentId, Subscription::Entry*> entries;
  std::size_t entries_max = 0;
};

struct DocumentEvents::Subscription::Entry {
  std::shared_ptr<State> state;
  DocumentId document;
  Listener listener;

  ~Entry() {
    std::lock_guard lock(state->mutex);
    auto [first, last] = state->entries.equal_range(document);
    for (; first != last; ++first) {
      if (first->second != this) continue;
      state->entries.erase(first);
      return;
    }
  }
};

DocumentEvents::Subscription& DocumentEvents::Subscription::operator=(
    Subscription&& other) noexcept {
  entry_ = std::move(other.entry_);
  return *this;
}

DocumentEvents::Subscription::~Subscription() = default;

DocumentEvents::DocumentEvents(std::size_t subscriptions_max) : state_(std::make_shared<State>()) {
  state_->entries_max = subscriptions_max;
}

DocumentEvents::~DocumentEvents() = default;

Result<DocumentEvents::Subscription> DocumentEvents::subscribe(DocumentId document,
                                                               Listener listener) {
  auto entry = std::make_shared<Subscription::Entry>(state_, document, std::move(listener));
  {
    std::lock_guard lock(state_->mutex);
    if (state_->entries.size() < state_->entries_max) {
      state_->entries.emplace(document, entry.get());
      return Subscription(std::move(entry));
    }
  }
  return fail(ErrorCode::unavailable, "Too many listeners; ask for the status instead");
}

void DocumentEvents::publish(DocumentId document) {
  std::lock_guard lock(state_->mutex);
  auto [first, last] = state_->entries.equal_range(document);
  for (; first != last; ++first) first->second->listener();
}

}  // namespace aiva::knowledge
