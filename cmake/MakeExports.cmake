# Writes the version script: the functions named in functions.def, what our modules share in a process (card/pcsc/library_locks.cpp),
# and nothing else.
file(READ "${DEF}" table)
string(REGEX MATCHALL "\nJPKI_FUNCTION\\(C_[A-Za-z]+" rows "${table}")
set(text "{\n  global:\n    jpki_pkcs11_turns_1;\n")
foreach(row IN LISTS rows)
    string(REGEX REPLACE ".*\\(" "" name "${row}")
    string(APPEND text "    ${name};\n")
endforeach()
string(APPEND text "  local: *;\n};\n")
file(WRITE "${OUT}" "${text}")
