#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

#include "documents/worker/sandbox.h"

namespace aiva::documents {
namespace {

struct Ran {
  std::string output;
  int exit_code = -1;
};

Ran run(const std::string& command) {
  Ran ran;
  FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 256> piece{};
  while (fgets(piece.data(), piece.size(), pipe) != nullptr) ran.output += piece.data();
  int status = pclose(pipe);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

TEST(DocumentWorker, refuses_its_children_everything_but_reading) {
  auto ran = run(AIVA_TEST_DOCWORKER " --self-check");

  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  for (std::string_view deed : {"open a file", "create a file", "open a socket", "fork",
                                "signal another program", "execute a program"})
    EXPECT_TRUE(ran.output.contains(std::string(deed) + ": refused")) << ran.output;
  if (confines_memory())
    EXPECT_TRUE(ran.output.contains("allocate a gigabyte: refused")) << ran.output;
}

TEST(DocumentWorker, explains_how_to_call_it) {
  EXPECT_EQ(run(AIVA_TEST_DOCWORKER " 2>/dev/null").exit_code, 2);
}

}  // namespace
}  // namespace aiva::documents
