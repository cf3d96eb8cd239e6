# Writes OUTPUT, a C++ file that defines the text of INPUT as NAME, a `const char* const` which
# HEADER declares. Literals are split, because compilers limit the length of one.
file(READ ${INPUT} text)
set(pieces "")
string(LENGTH "${text}" length)
set(at 0)
while(at LESS length)
  string(SUBSTRING "${text}" ${at} 8000 piece)
  string(APPEND pieces "R\"~~~(${piece})~~~\"\n")
  math(EXPR at "${at} + 8000")
endwhile()
set(head "#include \"${HEADER}\"\nconst char* const ${NAME} =\n")
file(WRITE ${OUTPUT} "${head}${pieces};\n")
