#include "faces/cli/doctor_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "foundation/json.h"

namespace aiva::cli {
namespace {

using checkup::CheckName;
using testing::HasSubstr;

constexpr CheckName disk{"local.disk", "disk", "S149"};

std::string printed(const std::vector<checkup::Finding>& findings, bool is_json, int& code) {
  ::testing::internal::CaptureStdout();
  code = print_findings(findings, is_json);
  return ::testing::internal::GetCapturedStdout();
}

TEST(DoctorCommand, shows_evidence_and_below_it_the_remedy) {
  EXPECT_EQ(format_finding(checkup::pass(disk, "40 % used"), 1.25),
            "ok    disk                                 40 % used (1.2 ms)\n");
  EXPECT_EQ(format_finding(checkup::warn(disk, "75 % used", "A larger one"), -1),
            "warn  disk                                 75 % used\n"
            "                                           -> A larger one [S149]\n");
}

TEST(DoctorCommand, fails_where_a_check_does_and_for_nothing_else) {
  int code = -1;
  auto fine =
      printed({checkup::pass(disk, "a"), checkup::warn(disk, "b", "c"), checkup::skip(disk, "d")},
              false, code);
  EXPECT_EQ(code, 0);
  EXPECT_THAT(fine, HasSubstr("1 ok, 1 warnings, 0 failed, 1 skipped"));

  auto bad = printed({checkup::fault(disk, "full", "Empty it")}, false, code);
  EXPECT_EQ(code, 1);
  EXPECT_THAT(bad, HasSubstr("FAIL  disk"));
}

TEST(DoctorCommand, prints_json_with_all_of_a_finding) {
  int code = -1;
  auto text =
      printed({checkup::fault(disk, "full", "Empty it"), checkup::skip(disk, "why")}, true, code);

  auto document = json::parse(text);
  ASSERT_TRUE(document) << text;
  const auto& first = document->as_array().at(0).as_object();
  EXPECT_EQ(first.at("id").as_string(), "local.disk");
  EXPECT_EQ(first.at("outcome").as_string(), "fail");
  EXPECT_EQ(first.at("is_ok").as_bool(), false);
  EXPECT_EQ(first.at("found").as_string(), "full");
  EXPECT_EQ(first.at("remedy").as_string(), "Empty it");
  EXPECT_EQ(first.at("source").as_string(), "S149");
  EXPECT_EQ(document->as_array().at(1).as_object().at("outcome").as_string(), "skipped");
  EXPECT_EQ(code, 1);
}

TEST(DoctorCommand, makes_findings_of_plain_checks) {
  auto good = plain_check("local.x", "x", [] { return Result<std::string>("found"); }).run();
  auto bad = plain_check("local.x", "x", []() -> Result<std::string> {
               return fail(ErrorCode::unavailable, "away", "why");
             }).run();

  EXPECT_EQ(good.outcome, checkup::Outcome::pass);
  EXPECT_EQ(good.id, "local.x");
  EXPECT_EQ(bad.outcome, checkup::Outcome::fail);
  EXPECT_EQ(bad.evidence, "away (why)");
}

}  // namespace
}  // namespace aiva::cli
