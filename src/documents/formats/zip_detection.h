#pragma once

#include <string_view>

#include "ports/document_reader.h"

namespace aiva::documents {

// What kind of document a zip archive is, from what lies in it: an Office document (with macros or
// a template too), an OpenDocument, a book, else a plain archive. `unknown` for kinds that are not
// read. An archive that cannot be opened counts as a plain one; reading it tells why.
FileFormat detect_zip_format(std::string_view bytes);

// Whether the bytes are the container of an Office document that is encrypted (MS-OFFCRYPTO).
bool is_encrypted_office(std::string_view bytes);

}  // namespace aiva::documents
