// openapi_to_json INPUT.yaml OUTPUT.json
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "openapi/yaml_to_json.h"

namespace {

int convert(const char* input_path, const char* output_path) {
  std::ifstream input(input_path, std::ios::binary);
  const std::string yaml{std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()};
  if (!input) {
    std::cerr << input_path << ": cannot be read\n";
    return 1;
  }
  const auto json = aiva::openapi::yaml_to_json(yaml);
  if (!json) {
    std::cerr << input_path << ": " << json.error() << '\n';
    return 1;
  }
  std::ofstream output(output_path, std::ios::binary);
  output << *json;
  output.close();
  if (!output) {
    std::cerr << output_path << ": cannot be written\n";
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 3) {
    std::cerr << "usage: openapi_to_json INPUT.yaml OUTPUT.json\n";
    return 2;
  }
  try {
    return convert(arguments[1], arguments[2]);
  } catch (const std::exception& error) {
    std::cerr << "openapi_to_json: " << error.what() << '\n';
    return 1;
  }
}
