# Writes OUTPUT, a C++ file that defines the text of INPUT as aiva::app::openapi_json.
# Literals are split, because compilers limit the length of one.
file(READ ${INPUT} text)
set(pieces "")
string(LENGTH "${text}" length)
set(at 0)
while(at LESS length)
  string(SUBSTRING "${text}" ${at} 8000 piece)
  string(APPEND pieces "R\"~~~(${piece})~~~\"\n")
  math(EXPR at "${at} + 8000")
endwhile()
set(head "#include \"app/openapi.h\"\nconst char* const aiva::app::openapi_json =\n")
file(WRITE ${OUTPUT} "${head}${pieces};\n")
