// A program that does nothing: CMake keeps compiled headers in a target, and tests share those of this one.
int main() {}
