#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ports/document_reader.h"

namespace aiva::documents {

// How glyphs drawn together look.
struct GlyphStyle {
  float size = 0;  // in points on the page
  bool is_bold = false;
  bool is_fixed_pitch = false;
};

// One visible character at its place: points, origin at the top left, y downwards, the page turned
// so that most of its text stands upright.
struct Glyph {
  char32_t code = 0;
  Box box;
  std::uint32_t style = 0;  // index into PageGlyphs::styles
  bool has_space_before = false;
  bool is_raised = false;  // a digit that stands higher than others of its size
  bool has_hyphen_after =
      false;  // a hyphen that parts a word at a line end followed, left out here
};

// A picture on the page.
struct PlacedImage {
  Box box;
  int number = 0;  // among the page's pictures, in the order they are drawn
  int pixel_width = 0;
  int pixel_height = 0;
};

// A place that leads to `target` (http, https or mailto).
struct PlacedLink {
  Box box;
  std::string target;
};

// What stands on a page; every box is in the frame of the glyphs.
struct PageGlyphs {
  float width = 0;
  float height = 0;
  // Clockwise quarter turns from the frame of these boxes, in which most text stands upright, to
  // the page as it is shown.
  int turns_to_shown = 0;
  std::vector<Glyph> glyphs;
  std::vector<GlyphStyle> styles;
  std::string side_text;  // what runs in other directions: stamps, labels of axes
  bool is_cut = false;    // the page has more glyphs than were wanted
  // Something is printed here that the glyphs do not tell: a scan, or glyphs without meaning, which
  // are left out.
  bool needs_recognition = false;
  std::vector<PlacedImage> images;
  std::vector<Box> rules;  // horizontal and vertical strokes, thin
  std::vector<PlacedLink> links;
};

}  // namespace aiva::documents
