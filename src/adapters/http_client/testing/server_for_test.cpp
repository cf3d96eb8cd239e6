#include "adapters/http_client/testing/server_for_test.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <utility>

namespace aiva::http_client {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

Peer::Peer(tcp::socket socket, ssl::context* tls) : socket_(std::move(socket)) {
  if (tls == nullptr) return;
  tls_.emplace(socket_, *tls);
  error_code ignored;
  tls_->handshake(ssl::stream_base::server, ignored);
}

std::size_t Peer::read_some(char* buffer, std::size_t size) {
  error_code error;
  auto count = tls_ ? tls_->read_some(asio::buffer(buffer, size), error)
                    : socket_.read_some(asio::buffer(buffer, size), error);
  return error ? 0 : count;
}

std::string Peer::read_request() {
  char piece[16384];
  auto fill = [&] {
    auto count = read_some(piece, sizeof piece);
    buffer_.append(piece, count);
    return count > 0;
  };
  std::size_t head = 0;
  while ((head = buffer_.find("\r\n\r\n")) == std::string::npos)
    if (!fill()) return {};
  std::size_t length = head + 4;
  auto field = buffer_.substr(0, head).find("Content-Length: ");
  if (field != std::string::npos) {
    std::size_t body = 0;
    std::from_chars(buffer_.data() + field + 16, buffer_.data() + head, body);
    length += body;
  }
  while (buffer_.size() < length)
    if (!fill()) return {};
  auto request = buffer_.substr(0, length);
  buffer_.erase(0, length);
  return request;
}

std::size_t Peer::write(const std::string& bytes) {
  error_code error;
  return tls_ ? asio::write(*tls_, asio::buffer(bytes), error)
              : asio::write(socket_, asio::buffer(bytes), error);
}

void Peer::answer(const std::string& body, const std::string& headers) {
  write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers +
        "\r\n" + body);
}

void Peer::wait_for_close() {
  char piece[1024];
  while (read_some(piece, sizeof piece) > 0) {
  }
}

std::string Peer::server_name() {
  const char* name = SSL_get_servername(tls_->native_handle(), TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? "" : name;
}

namespace {

std::string read_all(BIO* memory) {
  char* data = nullptr;
  auto size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  auto* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

TestCertificate::TestCertificate(const std::string& host_name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  auto* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, NID_subject_alt_name, "DNS:" + host_name);
  X509_sign(certificate, key, EVP_sha256());

  auto* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, certificate);
  certificate_pem = read_all(memory);
  memory = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(memory, key, nullptr, nullptr, 0, nullptr, nullptr);
  key_pem = read_all(memory);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

TestServer::TestServer(Serve serve, const TestCertificate* certificate)
    : serve_(std::move(serve)),
      acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
  if (certificate != nullptr) {
    tls_.emplace(ssl::context::tls_server);
    tls_->use_certificate(asio::buffer(certificate->certificate_pem), ssl::context::pem);
    tls_->use_private_key(asio::buffer(certificate->key_pem), ssl::context::pem);
  }
  acceptor_thread_ = std::thread([this] { run(); });
}

TestServer::~TestServer() {
  is_stopping_ = true;
  error_code ignored;
  tcp::socket last(context_);
  last.connect(acceptor_.local_endpoint(), ignored);
  acceptor_thread_.join();
}

std::string TestServer::url(const std::string& path, const std::string& host) const {
  return (tls_ ? "https://" : "http://") + host + ":" +
         std::to_string(acceptor_.local_endpoint().port()) + path;
}

void TestServer::run() {
  for (;;) {
    error_code error;
    auto socket = acceptor_.accept(error);
    if (error || is_stopping_) return;
    ++connections_;
    peers_.emplace_back([this, held = std::move(socket)]() mutable { serve(std::move(held)); });
  }
}

void TestServer::serve(tcp::socket socket) {
  {
    Peer peer(std::move(socket), tls_ ? &*tls_ : nullptr);
    serve_(peer);
  }
  ++ended_;
  ended_.notify_all();
}

void TestServer::wait_for_ended(int count) {
  for (int seen = ended_; seen < count; seen = ended_) ended_.wait(seen);
}

}  // namespace aiva::http_client
