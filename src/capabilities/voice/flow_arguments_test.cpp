#include "capabilities/voice/internal/flow_arguments.h"

#include <gtest/gtest.h>

namespace aiva::voice {
namespace {

constexpr const char* schema = R"({"type":"object","properties":{
    "count":{"type":"integer"},"price":{"type":"number"},"gift":{"type":"boolean"},
    "code":{"type":"string"},"any":{}}})";

TEST(FlowArguments, become_what_the_schema_wants) {
  struct Case {
    const char* given;
    const char* fitted;
  };
  for (auto [given, fitted] : {
           Case{R"({"count":"3","price":"-2"})", R"({"count":3,"price":-2})"},
           {R"({"gift":"yes"})", R"({"gift":true})"},
           {R"({"gift":"no"})", R"({"gift":false})"},
           {R"({"code":"007","any":"7"})", R"({"code":"007","any":"7"})"},
           {R"({"count":"007","gift":"maybe"})", R"({"count":"007","gift":"maybe"})"},
           {R"({"count":"","price":"[1]"})", R"({"count":"","price":"[1]"})"},
           {R"({"other":"1"})", R"({"other":"1"})"},
       })
    EXPECT_EQ(fit_arguments(given, schema), fitted) << given;
}

TEST(FlowArguments, stay_as_they_are_without_a_schema_that_helps) {
  for (const char* other : {"", "[]", "{}", R"({"properties":[]})", R"({"properties":{"a":1}})"})
    EXPECT_EQ(fit_arguments(R"({"a":"1"})", other), R"({"a":"1"})") << other;
}

}  // namespace
}  // namespace aiva::voice
