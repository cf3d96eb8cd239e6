#pragma once

#include <memory>
#include <string>

#include "app/config.h"
#include "capabilities/identity/audit_log.h"
#include "capabilities/models/models.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/http_client.h"

namespace aiva::app {

// What the language models need; everything is borrowed.
struct ChatProviderParts {
  Database& database;
  identity::AuditLog& audit;
  const Clock& clock;
  Metrics& metrics;
  HttpClient& http;
  SharedAllowances* shared_allowances = nullptr;  // null: this process is alone
};

// The language models of the configuration: those of [models] and, behind them, that of
// [chat_model], which takes every model nobody else has.
Result<std::unique_ptr<models::Models>> make_chat_providers(const Config& config,
                                                            std::string master_key,
                                                            ChatProviderParts parts);

}  // namespace aiva::app
