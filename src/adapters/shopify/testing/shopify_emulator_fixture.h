#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/shopify/shopify_storefront.h"
#include "foundation/hop.h"
#include "foundation/json.h"
#include "ports/testing/emulated_provider.h"
#include "ports/testing/manual_clock.h"

namespace aiva {

// An emulated shop of 100 products whose time, like ours, passes only while we pause: what would
// take minutes is over at once, and how fast we went can be told exactly.
class ShopifyEmulatorFixture : public EmulatedProvider {
 protected:
  ShopifyEmulatorFixture() : EmulatedProvider("tests/emulators/shopify.mjs", "shpat_test") {}

  void SetUp() override {
    EmulatedProvider::SetUp();
    if (IsSkipped()) return;
    shop_http_ = std::move(*make_http_client());
    control("POST", "/_clock", R"({"stop":true})");
    settings_.base_address = emulator_->url("");
    settings_.may_reach_private_addresses = true;
    build();
  }

  // After `settings_` changed.
  void build() {
    auto pause = [this](CallContext context, std::chrono::milliseconds time) {
      return sleep(std::move(context), time);
    };
    storefront_ = make_shopify_storefront(
        {.http = *shop_http_, .clock = clock_, .metrics = metrics_, .pause = pause}, settings_);
  }

  void fill(const std::string& options) { control("POST", "/_fill", options); }
  void change(const std::string& call) { control("POST", "/_store", call); }
  json::Value ask(const std::string& path) { return json::parse(control("GET", path, "")).value(); }
  std::int64_t refused() { return ask("/_counters").at("refused").as_int64(); }

  std::vector<StoreProduct> list_all(ProductScope scope = {}) {
    std::vector<StoreProduct> all;
    Storefront::ListRequest request{.scope = std::move(scope)};
    for (int pages = 0; pages < 1000; ++pages) {
      auto page = sync_wait(storefront_->list_products({}, access_, request));
      if (!page) {
        ADD_FAILURE() << page.error().message << " " << page.error().cause;
        return all;
      }
      for (auto& product : page->products) all.push_back(std::move(product));
      request.cursor = page->next;
      if (request.cursor.empty()) return all;
    }
    ADD_FAILURE() << "a list without an end";
    return all;
  }

  // What fails, or "" when nothing does.
  template <class T>
  static std::string failure_of(const Result<T>& result) {
    return result ? std::string() : std::string(to_string(result.error().code));
  }

  ManualClock clock_;
  Metrics metrics_;
  ShopifySettings settings_;
  StoreAccess access_{.address = "aiva-test.myshopify.com", .token = "shpat_test"};
  std::unique_ptr<HttpClient> shop_http_;  // its own, so that a pause may speak to the emulator
  std::unique_ptr<Storefront> storefront_;

 private:
  // The shop's time goes first: it never has restored less than we believe.
  Task<Result<void>> sleep(CallContext context, std::chrono::milliseconds time) {
    CO_TRY_VOID(context.check());
    control("POST", "/_clock", R"({"advance_ms":)" + std::to_string(time.count()) + "}");
    clock_.advance(time);
    // Others of that thread come before us, as in a pause that takes time.
    if (context.home != nullptr) co_await hop(*context.home);
    co_return context.check();
  }
};

}  // namespace aiva
