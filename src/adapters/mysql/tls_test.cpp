#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "adapters/mysql/mysql_database.h"
#include "adapters/mysql/testing/mariadb_server.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {
namespace {

using mysql::MariadbServer;
using testing::HasSubstr;

class DatabaseOverTls : public testing::Test {
 protected:
  void SetUp() override {
    auto line =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
        " -addext subjectAltName=DNS:localhost -keyout " +
        key_.string() + " -out " + certificate_.string() + " 2> " +
        (folder_.path() / "openssl.txt").string();
    ASSERT_EQ(std::system(line.c_str()), 0);  // NOLINT(cert-env33-c): a fixed command
  }
  void start_with_tls() {
    server_ = std::make_unique<MariadbServer>(
        1, std::vector<std::string>{"--ssl-cert=" + certificate_.string(),
                                    "--ssl-key=" + key_.string()});
  }
  void start_without_tls() {
    server_ = std::make_unique<MariadbServer>(1, std::vector<std::string>{"--skip-ssl"});
  }
  // The cipher of the connection; empty where it is not encrypted.
  Result<std::string> cipher(const std::string& host, MysqlTls tls, bool is_trusting) {
    MysqlOptions options{
        .url = "mysql://root@" + host + ":" + std::to_string(server_->port()) + "/mysql",
        .tls = tls,
        .ca_file = is_trusting ? certificate_ : std::filesystem::path(),
        .acquire_timeout = std::chrono::milliseconds(4000)};
    TRY(auto database, make_mysql_database(std::move(options), metrics_));
    return sync_wait(read(*database, {}, [](SqlSession& session) -> Result<std::string> {
      std::string cipher;
      TRY_VOID(session.query("SHOW STATUS LIKE 'Ssl_cipher'", {},
                             [&cipher](const SqlRow& row) -> Result<void> {
                               cipher = std::string(row.text(1));
                               return {};
                             }));
      return cipher;
    }));
  }

  TemporaryFolder folder_;
  std::filesystem::path key_ = folder_.path() / "key.pem";
  std::filesystem::path certificate_ = folder_.path() / "certificate.pem";
  Metrics metrics_;
  std::unique_ptr<MariadbServer> server_;
};

TEST_F(DatabaseOverTls, rows_go_encrypted_to_a_server_that_can_be_trusted) {
  start_with_tls();

  auto verified = cipher("localhost", MysqlTls::verified, true);
  auto required = cipher("127.0.0.1", MysqlTls::required, false);

  ASSERT_TRUE(verified) << verified.error().cause;
  EXPECT_THAT(*verified, HasSubstr("AES"));
  ASSERT_TRUE(required) << required.error().cause;
  EXPECT_THAT(*required, HasSubstr("AES"));
}

TEST_F(DatabaseOverTls, nobody_is_trusted_without_a_reason) {
  start_with_tls();

  auto unknown = cipher("localhost", MysqlTls::verified, false);
  auto other_name = cipher("127.0.0.1", MysqlTls::verified, true);

  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::unavailable);
  ASSERT_FALSE(other_name);
  EXPECT_EQ(other_name.error().code, ErrorCode::unavailable);
}

TEST_F(DatabaseOverTls, nothing_is_said_to_a_server_without_it) {
  start_without_tls();

  auto required = cipher("localhost", MysqlTls::required, false);
  auto off = cipher("localhost", MysqlTls::off, false);

  ASSERT_FALSE(required);
  EXPECT_EQ(required.error().code, ErrorCode::unavailable);
  EXPECT_THAT(required.error().cause, HasSubstr("offers no TLS"));
  ASSERT_TRUE(off) << off.error().cause;
  EXPECT_EQ(*off, "");
}

}  // namespace
}  // namespace aiva
