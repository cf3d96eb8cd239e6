#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "foundation/ids.h"
#include "foundation/result.h"

namespace aiva::knowledge {

// Tells listeners of this process that the row of a document changed. Derived and lossy by nature:
// changes made by other processes are not told, so a listener also looks now and then by itself.
class DocumentEvents {
 public:
  // Runs on the thread that changed the row; must be quick and must not call back into this.
  using Listener = std::function<void()>;

  // Ends its subscription when it goes; after that the listener runs no more.
  class Subscription {
   public:
    Subscription() = default;
    Subscription(Subscription&& other) noexcept = default;
    Subscription& operator=(Subscription&& other) noexcept;
    ~Subscription();

   private:
    friend class DocumentEvents;
    struct Entry;
    explicit Subscription(std::shared_ptr<Entry> entry) : entry_(std::move(entry)) {}
    std::shared_ptr<Entry> entry_;
  };

  explicit DocumentEvents(std::size_t subscriptions_max = 10'000);
  ~DocumentEvents();
  DocumentEvents(const DocumentEvents&) = delete;
  DocumentEvents& operator=(const DocumentEvents&) = delete;

  // Fails with `unavailable` when too many listen already. Any thread.
  Result<Subscription> subscribe(DocumentId document, Listener listener);
  // Runs the listeners of the document. Any thread.
  void publish(DocumentId document);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with subscriptions, which may outlive this
};

}  // namespace aiva::knowledge
