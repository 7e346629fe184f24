// A library of which nothing is known but its name, which the linker is told.
extern int stand_in;
int stand_in;
