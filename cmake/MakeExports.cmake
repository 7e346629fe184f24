# Writes the version script: the functions named in functions.def, what our modules share in a process (card/pcsc/link.cpp),
# and nothing else.
file(STRINGS "${DEF}" rows REGEX "^JPKI_FUNCTION\\(")
set(text "{\n  global:\n    jpki_pkcs11_turns_1;\n")
foreach(row ${rows})
    string(REGEX REPLACE "^JPKI_FUNCTION\\((C_[A-Za-z]+),.*" "\\1" name "${row}")
    string(APPEND text "    ${name};\n")
endforeach()
string(APPEND text "  local: *;\n};\n")
file(WRITE "${OUT}" "${text}")
