// The list of statements (statements.def) as functions; each is a CMocka test over stage.h.
#ifndef JPKI_CONFORMANCE_STATEMENTS_H
#define JPKI_CONFORMANCE_STATEMENTS_H

#define STATEMENT(number, name, ways, begin) void statement_##number##_##name(void** state);
#include "statements.def"
#undef STATEMENT

#endif
