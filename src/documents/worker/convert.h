#pragma once

#include <cstdint>
#include <string>

#include "documents/conversion.h"

namespace aiva::documents {

// The programs known as converters; each is called in its own way.
enum class ConverterKind { libreoffice, catdoc };

struct ConversionOrder {
  ConverterKind kind = ConverterKind::catdoc;
  std::string program{};  // soffice.bin, catdoc or catppt, with its folder
  FileFormat from = FileFormat::doc;
  std::uint32_t seconds_max = 120;  // wall clock, and computing time
};

// What a conversion inherits from the server.
struct ConversionDescriptors {
  int document = 3;  // read from its beginning
  int result = 4;    // a pipe for what comes out
  int leash = 5;     // its other end is closed when nobody wants the result any more
};

// Runs a converter over one document in a process without network, without any file but the
// system's programs (read only) and a folder in memory that vanishes with it, and within limits of
// memory, time and output. Sends the result and says how it went. For a program that does nothing
// else: the process leaves its namespaces.
ConversionEnd convert_document(const ConversionOrder& order, const ConversionDescriptors& open);

}  // namespace aiva::documents
