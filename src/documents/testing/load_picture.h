#pragma once

#include <fstream>
#include <sstream>
#include <string>

namespace aiva::documents {

// The bytes of an image file of pictures/testdata.
inline std::string load_picture(const std::string& name) {
  std::ostringstream content;
  content << std::ifstream("src/documents/pictures/testdata/" + name, std::ios::binary).rdbuf();
  return content.str();
}

}  // namespace aiva::documents
