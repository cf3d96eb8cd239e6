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
  EXPECT_FALSE(ran.output.contains("DONE")) << ran.output;
  for (std::string_view deed :
       {"open a file", "create a file", "remove a file", "list the processes", "copy a descriptor",
        "start a thread", "raise its limits", "open itself to tracers"})
    EXPECT_TRUE(ran.output.contains(std::string(deed) + ": refused")) << ran.output;
  if (confines_memory())
    for (std::string_view deed :
         {"allocate a gigabyte", "map executable memory", "make memory executable"})
      EXPECT_TRUE(ran.output.contains(std::string(deed) + ": refused")) << ran.output;
}

TEST(DocumentWorker, ends_a_child_that_makes_an_intruders_call) {
  auto ran = run(AIVA_TEST_DOCWORKER " --self-check");

  for (std::string_view deed :
       {"open a socket", "open a local socket", "fork", "fork by a bare system call",
        "signal another program", "trace another program", "read another program's memory",
        "execute a program", "mount a folder", "enter a namespace",
        "load a program into the kernel", "set up a ring of system calls",
        "read the kernel's keys"})
    EXPECT_TRUE(ran.output.contains(std::string(deed) + ": refused, ended by signal 31"))
        << deed << "\n"
        << ran.output;
}

TEST(DocumentWorker, explains_how_to_call_it) {
  EXPECT_EQ(run(AIVA_TEST_DOCWORKER " 2>/dev/null").exit_code, 2);
}

}  // namespace
}  // namespace aiva::documents
