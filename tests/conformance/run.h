#ifndef JPKI_CONFORMANCE_RUN_H
#define JPKI_CONFORMANCE_RUN_H

// Those that can be made on this stage, by their numbers and, unless it is NULL, name; returns how
// many failed.
int run_statements(long first, long last, const char* name);

#endif
