#include "capabilities/commerce/internal/renewing_storefront.h"

#include <chrono>
#include <functional>
#include <mutex>
#include <utility>

namespace aiva::commerce {
namespace {

// A token that runs out sooner is renewed before it is used.
constexpr std::chrono::minutes spare_life{5};

class RenewingStorefront final : public Storefront {
 public:
  RenewingStorefront(Storefront& storefront, TokenKeeper& keeper, const Clock& clock, StoreId store,
                     StoreToken token)
      : to_(storefront), keeper_(keeper), clock_(clock), store_(store), token_(std::move(token)) {}

  [[nodiscard]] StorefrontAbilities abilities() const override { return to_.abilities(); }

  Task<Result<StoreIdentity>> identify(CallContext context, StoreAccess access) override {
    Call<StoreIdentity> call = [this](CallContext inner, StoreAccess with) {
      return to_.identify(std::move(inner), std::move(with));
    };
    return ask(std::move(context), std::move(access), std::move(call));
  }
  Task<Result<std::int64_t>> count_products(CallContext context, StoreAccess access,
                                            ProductScope scope, UnixMs updated_since) override {
    Call<std::int64_t> call = [this, scope = std::move(scope), updated_since](CallContext inner,
                                                                              StoreAccess with) {
      return to_.count_products(std::move(inner), std::move(with), scope, updated_since);
    };
    return ask(std::move(context), std::move(access), std::move(call));
  }
  Task<Result<ProductPage>> list_products(CallContext context, StoreAccess access,
                                          ListRequest request) override {
    Call<ProductPage> call = [this, request = std::move(request)](CallContext inner,
                                                                  StoreAccess with) {
      return to_.list_products(std::move(inner), std::move(with), request);
    };
    return ask(std::move(context), std::move(access), std::move(call));
  }
  Task<Result<TracePage>> list_traces(CallContext context, StoreAccess access,
                                      ListRequest request) override {
    Call<TracePage> call = [this, request = std::move(request)](CallContext inner,
                                                                StoreAccess with) {
      return to_.list_traces(std::move(inner), std::move(with), request);
    };
    return ask(std::move(context), std::move(access), std::move(call));
  }
  Task<Result<std::vector<StoreProduct>>> get_products(CallContext context, StoreAccess access,
                                                       std::vector<std::string> ids) override {
    Call<std::vector<StoreProduct>> call = [this, ids = std::move(ids)](CallContext inner,
                                                                        StoreAccess with) {
      return to_.get_products(std::move(inner), std::move(with), ids);
    };
    return ask(std::move(context), std::move(access), std::move(call));
  }
  Task<Result<std::string>> product_of_inventory_item(CallContext context, StoreAccess access,
                                                      std::string item) override {
    Call<std::string> call = [this, item = std::move(item)](CallContext inner, StoreAccess with) {
      return to_.product_of_inventory_item(std::move(inner), std::move(with), item);
    };
    return ask(std::move(context), std::move(access), std::move(call));
  }
  Task<Result<std::vector<StoreCollection>>> list_collections(CallContext context,
                                                              StoreAccess access) override {
    Call<std::vector<StoreCollection>> call = [this](CallContext inner, StoreAccess with) {
      return to_.list_collections(std::move(inner), std::move(with));
    };
    return ask(std::move(context), std::move(access), std::move(call));
  }

  Task<Result<StoreExport>> start_export(CallContext context, StoreAccess access,
                                         ProductScope scope) override {
    Call<StoreExport> call = [this, scope = std::move(scope)](CallContext inner, StoreAccess with) {
      return to_.start_export(std::move(inner), std::move(with), scope);
    };
    return ask(std::move(context), std::move(access), std::move(call));
  }
  Task<Result<StoreExport>> look_at_export(CallContext context, StoreAccess access,
                                           std::string id) override {
    Call<StoreExport> call = [this, id = std::move(id)](CallContext inner, StoreAccess with) {
      return to_.look_at_export(std::move(inner), std::move(with), id);
    };
    return ask(std::move(context), std::move(access), std::move(call));
  }
  Task<Result<void>> cancel_export(CallContext context, StoreAccess access,
                                   std::string id) override {
    Call<void> call = [this, id = std::move(id)](CallContext inner, StoreAccess with) {
      return to_.cancel_export(std::move(inner), std::move(with), id);
    };
    return ask(std::move(context), std::move(access), std::move(call));
  }
  Task<Result<std::unique_ptr<ProductStream>>> open_export(CallContext context, StoreAccess access,
                                                           StoreExport done,
                                                           std::int64_t skip) override {
    Call<std::unique_ptr<ProductStream>> call = [this, done = std::move(done), skip](
                                                    CallContext inner, StoreAccess with) {
      return to_.open_export(std::move(inner), std::move(with), done, skip);
    };
    return ask(std::move(context), std::move(access), std::move(call));
  }

  Task<Result<std::optional<StoreOrder>>> find_order(CallContext context, StoreAccess access,
                                                     std::string number) override {
    Call<std::optional<StoreOrder>> call = [this, number = std::move(number)](CallContext inner,
                                                                              StoreAccess with) {
      return to_.find_order(std::move(inner), std::move(with), number);
    };
    return ask(std::move(context), std::move(access), std::move(call));
  }
  [[nodiscard]] std::string cart_link(const StoreIdentity& store,
                                      const std::vector<CartLine>& lines) const override {
    return to_.cart_link(store, lines);
  }

  Task<Result<void>> subscribe(CallContext context, StoreAccess access,
                               std::string address) override {
    Call<void> call = [this, address = std::move(address)](CallContext inner, StoreAccess with) {
      return to_.subscribe(std::move(inner), std::move(with), address);
    };
    return ask(std::move(context), std::move(access), std::move(call));
  }
  [[nodiscard]] Result<StoreEvent> read_event(const std::vector<HttpHeader>& headers,
                                              std::string_view body,
                                              std::string_view secret) const override {
    return to_.read_event(headers, body, secret);
  }

  [[nodiscard]] std::string consent_address(const std::string& address, const App& app,
                                            const std::string& return_address,
                                            const std::string& state) const override {
    return to_.consent_address(address, app, return_address, state);
  }
  [[nodiscard]] Result<void> check_return(std::string_view query,
                                          std::string_view client_secret) const override {
    return to_.check_return(query, client_secret);
  }
  Task<Result<Grant>> exchange_code(CallContext context, std::string address, App app,
                                    std::string code) override {
    return to_.exchange_code(std::move(context), std::move(address), std::move(app),
                             std::move(code));
  }
  Task<Result<Grant>> renew_grant(CallContext context, std::string address, App app,
                                  std::string refresh_token) override {
    return to_.renew_grant(std::move(context), std::move(address), std::move(app),
                           std::move(refresh_token));
  }
  [[nodiscard]] Result<std::string> fit_address(std::string_view address) const override {
    return to_.fit_address(address);
  }

 private:
  template <class T>
  using Call = std::function<Task<Result<T>>(CallContext, StoreAccess)>;

  template <class T>
  Task<Result<T>> ask(CallContext context, StoreAccess access, Call<T> call) {
    auto taking = good_token(context);
    CO_TRY(auto token, co_await std::move(taking));
    access.token = token.text;
    auto asking = call(context, access);
    auto answer = co_await std::move(asking);
    bool is_refused = !answer && answer.error().code == ErrorCode::unauthenticated;
    if (!is_refused) co_return answer;
    auto renewing = renew(context, std::move(token));
    CO_TRY(token, co_await std::move(renewing));
    access.token = token.text;
    auto asking_again = call(context, std::move(access));
    auto last_answer = co_await std::move(asking_again);
    co_return last_answer;
  }

  Task<Result<StoreToken>> good_token(CallContext context) {
    auto token = known();
    auto left = token.expires_at - clock_.unix_ms();
    bool lasts = token.expires_at == 0 || left > std::chrono::milliseconds(spare_life).count();
    if (lasts) co_return token;
    auto renewing = renew(context, token);
    auto renewed = co_await std::move(renewing);
    // The old one may do until its end.
    bool may_do = !renewed && renewed.error().code != ErrorCode::unauthenticated && left > 0;
    if (may_do) co_return token;
    co_return renewed;
  }

  Task<Result<StoreToken>> renew(CallContext context, StoreToken spent) {
    auto renewing = keeper_.renew(std::move(context), store_, std::move(spent.sealed));
    CO_TRY(auto token, co_await std::move(renewing));
    std::lock_guard lock(mutex_);
    token_ = token;
    co_return token;
  }

  StoreToken known() {
    std::lock_guard lock(mutex_);
    return token_;
  }

  Storefront& to_;
  TokenKeeper& keeper_;
  const Clock& clock_;
  StoreId store_;
  std::mutex mutex_;  // over the token; never held while waiting
  StoreToken token_;
};

}  // namespace

std::shared_ptr<Storefront> make_renewing_storefront(Storefront& storefront, TokenKeeper& keeper,
                                                     const Clock& clock, StoreId store,
                                                     StoreToken token) {
  return std::make_shared<RenewingStorefront>(storefront, keeper, clock, store, std::move(token));
}

}  // namespace aiva::commerce
