# Writes the version script: the functions named in functions.def, and nothing else.
file(STRINGS "${DEF}" rows REGEX "^JPKI_FUNCTION\\(")
set(text "{\n  global:\n")
foreach(row ${rows})
    string(REGEX REPLACE "^JPKI_FUNCTION\\((C_[A-Za-z]+),.*" "\\1" name "${row}")
    string(APPEND text "    ${name};\n")
endforeach()
string(APPEND text "  local: *;\n};\n")
file(WRITE "${OUT}" "${text}")
