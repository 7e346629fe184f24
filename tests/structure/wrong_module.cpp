// Wrong in every respect that check_module looks at, so that the self-test sees each of its rules complain.
// Nothing ever loads it.
#include <netinet/in.h>
#include <resolv.h>

#include <cstdlib>
#include <string>

extern "C" {
int jpki_nobody_has_this();
[[gnu::visibility("default")]] int C_Sign();
[[gnu::visibility("default")]] int jpki_wrong_export();
}

// A constructor at load time and a destructor at exit.
static std::string text(static_cast<std::size_t>(jpki_nobody_has_this()), 'x');
[[gnu::destructor]] static void one_more() { text.clear(); }
[[gnu::tls_model("initial-exec")]] static thread_local const char* named = std::getenv("HOME");
[[gnu::destructor]] static void and_another() { text.clear(); }

int C_Sign() { return named != nullptr ? res_init() : 0; }  // libresolv
extern "C" [[gnu::visibility("default")]] const char* jpki_wrong_path() { return "/home/" __FILE__; }
int jpki_wrong_export() { return C_Sign(); }

// An address within the code, which the loader has to write there.
__asm__(".text\n.balign 8\n.quad jpki_wrong_export\n");

// Code that can be written to.
__asm__(".pushsection .jpki_wrong, \"awx\", @progbits\n.byte 0\n.popsection\n");
