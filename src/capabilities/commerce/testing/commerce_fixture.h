#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/commerce/commerce.h"
#include "capabilities/images/testing/images_fixture.h"
#include "ports/testing/scripted_http_client.h"
#include "ports/testing/scripted_storefront.h"

namespace aiva::commerce {

// Keeps the actions that were written down.
class KeptAudit final : public identity::AuditLog {
 public:
  Task<Result<identity::PageOf<identity::AuditEntry>>> list(CallContext, identity::Caller,
                                                            identity::AuditFilter) override {
    co_return identity::PageOf<identity::AuditEntry>{};
  }
  Result<void> append(SqlSession&, const identity::Caller&, identity::AuditEntry entry) override {
    std::lock_guard lock(mutex_);
    actions_.push_back(std::move(entry.action));
    return {};
  }
  [[nodiscard]] std::vector<std::string> actions() const {
    std::lock_guard lock(mutex_);
    return actions_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> actions_;
};

// Stores over real rows: a shop the test changes, a feed, and a worker that runs when told. Pauses
// let the clock go on.
class CommerceFixture : public images::ImagesTest {
 protected:
  static constexpr const char* token = "shpat_secret";
  static constexpr const char* app_secret = "app-secret";

  void SetUp() override {
    ImagesTest::SetUp();
    shop_.set_token(token);
    settings_commerce_.app = {.client_id = "client", .client_secret = app_secret};
    settings_commerce_.public_address = "https://aiva.example";
    settings_commerce_.products_per_write = 3;
    make();
  }

  void make() {
    auto pause = [this](CallContext context, std::chrono::milliseconds time) {
      return sleep(std::move(context), time);
    };
    commerce_ = make_commerce({.database = database_,
                               .objects = objects_,
                               .jobs = *jobs_,
                               .http = http_,
                               .shopify = shop_,
                               .feeds = feed_,
                               .knowledge = *knowledge_,
                               .images = *images_,
                               .embedder = embedder_,
                               .index = product_index_,
                               .billing = *billing_,
                               .audit_log = audit_,
                               .clock = clock_,
                               .metrics = metrics_,
                               .compute = pool_,
                               .pause = pause,
                               .master_key = std::string(32, 'm')},
                              settings_commerce_);
  }

  // What a new process would be.
  void restart_all() {
    commerce_.reset();
    images_.reset();
    restart();
    start();
    make();
  }

  Task<Result<void>> sleep(CallContext context, std::chrono::milliseconds time) {
    clock_.advance(time);
    co_return context.check();
  }

  // Calls go on on threads of their own, so that a shop's hook may wait.
  [[nodiscard]] CallContext context() const { return {.tenant = tenant_, .home = &wide_}; }
  [[nodiscard]] CallContext stranger() const { return {.tenant = other_tenant_, .home = &wide_}; }

  NewStore new_shop(KnowledgeBaseId base) {
    NewStore store{.knowledge_base = base, .address = "shoes", .token = token};
    store.app_secret = app_secret;
    return store;
  }
  Store connect(KnowledgeBaseId base) {
    auto store = sync_wait(commerce_->stores().connect(context(), {}, new_shop(base)));
    if (!store) ADD_FAILURE() << store.error().message << " " << store.error().cause;
    return store.value_or(Store{});
  }

  std::vector<Job> lease_store_jobs() {
    std::vector<std::string> kinds = {sync_job_kind, images_job_kind, events_job_kind};
    auto jobs = sync_wait(jobs_->lease({}, std::move(kinds), 1, "w", lease));
    return jobs.value_or(std::vector<Job>{});
  }
  // Runs one leased job with this context and tells the queue what became of it.
  JobOutcome run_job(Job job, CallContext context) {
    auto outcome = sync_wait(commerce_->syncs().run(std::move(context), job));
    if (!outcome) ADD_FAILURE() << outcome.error().message;
    auto told = outcome.value_or(JobOutcome{JobOutcome::Kind::retry, "failed"});
    if (told.kind == JobOutcome::Kind::cancelled) told.kind = JobOutcome::Kind::released;
    (void)sync_wait(jobs_->finish({}, job.id, "w", told));
    return told;
  }
  // Runs what is due until nothing is; answers how many jobs there were.
  int run_store_jobs() {
    int count = 0;
    for (auto jobs = lease_store_jobs(); !jobs.empty() && count < 500; jobs = lease_store_jobs()) {
      ++count;
      run_job(jobs.front(), context());
    }
    return count;
  }
  // The same, waiting for retries and leases.
  void run_all_store_jobs() {
    for (int quiet = 0; quiet < 2;) {
      quiet = run_store_jobs() == 0 ? quiet + 1 : 0;
      clock_.advance(std::chrono::minutes(6));
    }
  }

  Sync start_sync(StoreId store, SyncType type = SyncType::full) {
    auto sync = sync_wait(commerce_->syncs().start(context(), store, type));
    if (!sync) ADD_FAILURE() << sync.error().message;
    return sync.value_or(Sync{});
  }
  Sync look_at(SyncId id) {
    auto sync = sync_wait(commerce_->syncs().get(context(), id));
    if (!sync) ADD_FAILURE() << sync.error().message;
    return sync.value_or(Sync{});
  }
  // Starts one and runs it to its end.
  Sync sync(StoreId store, SyncType type = SyncType::full) {
    auto started = start_sync(store, type);
    run_store_jobs();
    return look_at(started.id);
  }

  void fill(int count) {
    for (int i = 0; i < count; ++i) {
      auto id = std::to_string(1000 + i);
      shop_.put(ScriptedStorefront::simple(id, "Shoe " + std::to_string(i)));
    }
  }

  // The products of the store that are not deleted, by their ids there.
  std::map<std::string, Product> catalogue(StoreId store) {
    std::map<std::string, Product> found;
    for (int page = 1;; ++page) {
      Catalogue::Filter filter{.store = store, .page = {.page = page, .limit = 200}};
      auto products = sync_wait(commerce_->catalogue().list(context(), filter));
      if (!products) ADD_FAILURE() << products.error().message << products.error().cause;
      if (!products || products->items.empty()) return found;
      for (auto& product : products->items) found.emplace(product.there.id, std::move(product));
    }
  }

  // The rows are as the shop is.
  void expect_same_as_shop(StoreId store, const std::string& when = "") {
    auto rows = catalogue(store);
    auto there = shop_.products();
    EXPECT_EQ(rows.size(), there.size()) << when;
    for (const auto& [id, product] : there) {
      auto row = rows.find(id);
      if (row == rows.end()) {
        ADD_FAILURE() << "Missing " << id << " " << when;
        continue;
      }
      const auto& kept = row->second.there;
      EXPECT_EQ(kept.title, product.title) << id << " " << when;
      EXPECT_EQ(kept.state, product.state) << id << " " << when;
      ASSERT_EQ(kept.variants.size(), product.variants.size()) << id << " " << when;
      for (std::size_t i = 0; i < kept.variants.size(); ++i) {
        EXPECT_EQ(kept.variants[i].id, product.variants[i].id) << id << " " << when;
        EXPECT_EQ(kept.variants[i].price, product.variants[i].price) << id << " " << when;
        EXPECT_EQ(kept.variants[i].inventory, product.variants[i].inventory) << id << " " << when;
      }
    }
  }

  Result<void> deliver(StoreId store, const std::string& body,
                       const std::string& secret = app_secret) {
    return sync_wait(commerce_->events().take({.home = &wide_}, store,
                                              ScriptedStorefront::sign(body, secret), body));
  }

  Result<void> deliver_to_app(const std::string& body, const std::string& secret = app_secret) {
    return sync_wait(commerce_->events().take_for_shop(
        {.home = &wide_}, ScriptedStorefront::sign(body, secret), body));
  }

  template <class T>
  static std::optional<ErrorCode> failure_of(const Result<T>& result) {
    return result ? std::nullopt : std::optional(result.error().code);
  }

  mutable ThreadPool wide_{{.name = "wide", .threads = 8}};
  ScriptedStorefront shop_{{.has_exports = false, .has_traces = true, .has_webhooks = true}};
  ScriptedStorefront feed_{StorefrontAbilities{}};
  std::map<std::string, HttpResponse> pictures_there_;
  ScriptedHttpClient http_{[this](const HttpRequest& request) -> Result<HttpResponse> {
    auto found = pictures_there_.find(request.url);
    if (found == pictures_there_.end()) return HttpResponse{.status = 404};
    return found->second;
  }};
  PlainPassageIndex product_index_;
  KeptAudit audit_;
  CommerceSettings settings_commerce_;
  std::unique_ptr<Commerce> commerce_;
};

}  // namespace aiva::commerce
