#include <openssl/ssl.h>

#include <array>

#include "faces/http/internal/server_core.h"

namespace aiva::http {
namespace {

constexpr std::array<unsigned char, 9> protocols = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* offered, unsigned int offered_length, void*) {
  unsigned char* chosen = nullptr;
  int outcome = SSL_select_next_proto(&chosen, out_length, protocols.data(), protocols.size(),
                                      offered, offered_length);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

Result<std::unique_ptr<asio::ssl::context>> make_tls_context(const TlsFiles& files) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  SystemError error;
  context->set_options(asio::ssl::context::default_workarounds |
                           asio::ssl::context::no_compression | asio::ssl::context::no_tlsv1 |
                           asio::ssl::context::no_tlsv1_1,
                       error);
  if (!error) context->use_certificate_chain_file(files.certificate.string(), error);
  if (!error)
    context->use_private_key_file(files.private_key.string(), asio::ssl::context::pem, error);
  if (error)
    return fail(ErrorCode::invalid, "The TLS certificate or key cannot be used", error.message());
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_alpn_select_cb(context->native_handle(), choose_protocol, nullptr);
  SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  return context;
}

}  // namespace aiva::http
