#include "faces/http/server.h"

#include <gtest/gtest.h>

#include <fstream>

#include "faces/http/testing/test_server.h"

namespace aiva::http {
namespace {

namespace fs = std::filesystem;
using testing::TestServer;

class MakeServer : public ::testing::Test {
 protected:
  MakeServer() { options_.port = 0; }
  ~MakeServer() override { fs::remove_all(options_.staging_folder); }
  ErrorCode fail_with(std::vector<Route> routes = {}) {
    auto router = Router::make(std::move(routes));
    auto server = make_server(options_, std::move(*router),
                              {authenticator_, *cache_, metrics_, files_, lifecycle_});
    EXPECT_FALSE(server);
    return server ? ErrorCode::internal : server.error().code;
  }

  ServerOptions options_{.staging_folder = fs::temp_directory_path() / ("aiva-" + random_token(9))};
  testing::FakeAuthenticator authenticator_;
  SystemClock clock_;
  std::unique_ptr<Cache> cache_ = make_memory_cache({}, clock_);
  Metrics metrics_;
  ThreadPool files_{{}};
  Lifecycle lifecycle_;
};

TEST_F(MakeServer, fails_when_the_port_is_taken) {
  TestServer other({});
  options_.port = other.server().port();

  EXPECT_EQ(fail_with(), ErrorCode::unavailable);
  EXPECT_FALSE(lifecycle_.is_draining());
}

TEST_F(MakeServer, fails_on_unusable_options) {
  options_.address = "localhost";
  EXPECT_EQ(fail_with(), ErrorCode::invalid);
  options_.address = "127.0.0.1";
  options_.trusted_proxies = {"nonsense"};
  EXPECT_EQ(fail_with(), ErrorCode::invalid);
  options_.trusted_proxies = {};
  options_.tls = TlsFiles{"/nonexistent.pem", "/nonexistent.key"};
  EXPECT_EQ(fail_with(), ErrorCode::invalid);
  options_.tls.reset();
  options_.staging_folder = "/proc/staging";
  EXPECT_EQ(fail_with(), ErrorCode::unavailable);
}

TEST_F(MakeServer, deletes_uploads_a_killed_process_left) {
  fs::create_directories(options_.staging_folder);
  auto old = options_.staging_folder / "upload-old";
  auto recent = options_.staging_folder / "upload-recent";
  auto foreign = options_.staging_folder / "somebody-elses";
  for (const auto& path : {old, recent, foreign}) std::ofstream(path) << "x";
  auto two_days_ago = fs::file_time_type::clock::now() - std::chrono::hours(48);
  fs::last_write_time(old, two_days_ago);
  fs::last_write_time(foreign, two_days_ago);
  auto router = Router::make({});

  auto server = make_server(options_, std::move(*router),
                            {authenticator_, *cache_, metrics_, files_, lifecycle_});

  ASSERT_TRUE(server);
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(recent));
  EXPECT_TRUE(fs::exists(foreign));
}

}  // namespace
}  // namespace aiva::http
