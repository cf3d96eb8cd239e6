#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "capabilities/identity/audit_log.h"
#include "capabilities/identity/types.h"
#include "capabilities/models/types.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/pause.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/chat_model.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/shared_allowance.h"

namespace aiva::models {

// The language models of the installation and the keys of its tenants. Calls act for
// `context.tenant` and see only its keys.
class Models {
 public:
  virtual ~Models() = default;
  // Every provider with the state of the key that the tenant's calls take.
  virtual Task<Result<Overview>> overview(CallContext context) = 0;
  virtual Task<Result<std::vector<TenantKey>>> keys(CallContext context) = 0;
  // Adds the tenant's key for a provider or puts it in place of the former. Fails with `invalid`
  // (fields), `not_found` for a provider that is not configured.
  virtual Task<Result<TenantKey>> set_key(CallContext context, identity::Caller caller,
                                          NewTenantKey key) = 0;
  virtual Task<Result<void>> remove_key(CallContext context, identity::Caller caller,
                                        std::string provider) = 0;
  // Has the provider say a word with the tenant's key. `model` may be empty: the provider's
  // default.
  virtual Task<Result<KeyTest>> test_key(CallContext context, std::string provider,
                                         std::string model) = 0;
  // Routes requests by their model: "provider/model", else the providers with the longest fitting
  // prefix, then the fall-back chain. A provider that fails or says nothing in time is left for the
  // next one until a piece of an answer was handed out. Calls wait for their turn, tenants taking
  // turns. Null without providers; borrows this object.
  virtual std::unique_ptr<ChatModel> make_chat_model() = 0;
};

struct ModelsSettings {
  std::vector<ProviderSettings> providers{};
  std::string default_model{};
  std::vector<std::string> fall_back{};  // models, asked in this order when the wanted one fails
  std::chrono::milliseconds first_token_timeout{20000};
  std::chrono::milliseconds queue_timeout{30000};
  int breaker_failures = 5;  // in a row; then the provider rests
  std::chrono::milliseconds breaker_rest{30000};
  std::size_t waiting_max = 10000;                 // for one key
  std::size_t waiting_per_tenant_max = 1000;       // of those
  std::map<std::string, double> tenant_weights{};  // by id; others have 1
  std::string master_key{};                        // 32 bytes; seals the tenants' keys
};

struct ModelsParts {
  Database& database;
  identity::AuditLog& audit;
  const Clock& clock;
  Metrics& metrics;
  ModelFactory make_model;
  Pause pause;                                    // outlives every call
  SharedAllowances* shared_allowances = nullptr;  // with other processes; null: this one is alone
};

// Fails with `invalid` when settings contradict each other: a name twice, a fall-back or default
// that no provider serves.
Result<std::unique_ptr<Models>> make_models(ModelsParts parts, ModelsSettings settings);

}  // namespace aiva::models
