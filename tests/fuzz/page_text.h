#pragma once

#include <string>
#include <string_view>

namespace aiva::fuzz {

// Makes a PDF of a text that says what to draw, a thing a line, in points from the top left:
//
//   page [TURN]                     a new page, turned by so many degrees
//   FONT X Y SIZE WORDS             regular, bold, fixed, hebrew or unmapped
//   next WORDS                      a line below the last, of its font
//   up X Y SIZE WORDS               runs upwards
//   grid X Y WIDTH HEIGHT COLUMNS ROWS
//   stroke X Y TO_X TO_Y
//   link X Y WIDTH HEIGHT TARGET
//   picture X Y WIDTH HEIGHT PIXELS
//   outline PAGE WORDS
//   title WORDS
//
// What is missing of a line counts as 0; other lines are left out. So the fuzzer gets to what is
// understood of a page, past the syntax of PDF.
std::string draw_pdf(std::string_view text);

}  // namespace aiva::fuzz
