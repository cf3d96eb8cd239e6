#include "ports/passage_index.h"

namespace aiva {

PassageKind parse_passage_kind(std::string_view name) {
  if (name == "table") return PassageKind::table;
  return name == "code" ? PassageKind::code : PassageKind::text;
}

}  // namespace aiva
