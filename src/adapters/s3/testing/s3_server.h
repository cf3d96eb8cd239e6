#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "ports/testing/temporary_folder.h"

namespace aiva::s3 {

// A real S3 server on the loopback interface (tests/components/s3_server), which keeps all in
// memory and ends with this object or with the test program.
class S3Server {
 public:
  static constexpr const char* access_key = "AIVATEST";
  static constexpr const char* secret_key = "aiva-test-secret";
  static constexpr const char* kms_key = "test-key";

  // The one of this test program, started when it is first asked for.
  static S3Server& shared();

  S3Server();
  ~S3Server();
  S3Server(const S3Server&) = delete;
  S3Server& operator=(const S3Server&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  TemporaryFolder folder_;
  pid_t process_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace aiva::s3
