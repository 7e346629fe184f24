// What is known of Kerberos's pkinit is its name as a library, which the linker is told.
extern int pkinit_stand_in;
int pkinit_stand_in;
