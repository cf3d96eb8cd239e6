#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "faces/http/internal/connection_ledger.h"
#include "faces/http/middleware/client_address.h"
#include "faces/http/middleware/pipeline.h"
#include "faces/http/server.h"

namespace aiva::http {

// What all connections of a server share; outlives them.
struct ServerCore {
  ServerOptions options;
  ServerParts parts;
  TrustedProxies proxies;
  std::unique_ptr<Pipeline> pipeline;
  std::unique_ptr<asio::ssl::context> tls;  // null: plain
  ConnectionLedger ledger;
};

// A TLS 1.2+ server context with the files' chain and key that speaks http/1.1 in ALPN; fails with
// `invalid`.
Result<std::unique_ptr<asio::ssl::context>> make_tls_context(const TlsFiles& files);

}  // namespace aiva::http
