// The 104 functions: features.def against functions.def and bindings.def when this is compiled, and against
// what the module answers when it runs.
#include <algorithm>
#include <array>
#include <cstddef>

#include "entry/binding.hpp"
#include "library.hpp"
#include "report.hpp"

namespace jpki::features {

namespace {

using p11::Fn;

enum class Kind { chapter, supported, answers, not_supported };

struct Row {
    const char* clause;
    const char* name;  // of a chapter: its title
    const char* rv;
    const char* why;
    Kind kind;
    Fn function;
};

constexpr Row kRows[] = {
#define JPKI_CHAPTER(clause, title) {clause, title, "", "", Kind::chapter, Fn{}},
#define JPKI_SUPPORTED(name, clause, how) {clause, #name, "", how, Kind::supported, Fn::name},
#define JPKI_ANSWERS(name, clause, rv, why) {clause, #name, #rv, why, Kind::answers, Fn::name},
#define JPKI_NOT_SUPPORTED(name, clause, why) {clause, #name, "", why, Kind::not_supported, Fn::name},
#include "entry/features.def"
#undef JPKI_CHAPTER
#undef JPKI_SUPPORTED
#undef JPKI_ANSWERS
#undef JPKI_NOT_SUPPORTED
};

constexpr std::array kBound = {
#define JPKI_BINDING(name, ...) Fn::name,
#define JPKI_FREE_BINDING(name, ...) Fn::name,
#include "entry/bindings.def"
#undef JPKI_BINDING
#undef JPKI_FREE_BINDING
};

consteval int rows(Fn function) {
    int count = 0;
    for (const Row& row : kRows)
        count += row.kind != Kind::chapter && row.function == function ? 1 : 0;
    return count;
}

consteval bool does_something(Fn function) { return std::ranges::find(kBound, function) != kBound.end(); }

consteval bool said_to_do_something(Fn function) {
    return std::ranges::any_of(kRows, [function](const Row& row) {
        return row.function == function && (row.kind == Kind::supported || row.kind == Kind::answers);
    });
}

#define JPKI_FUNCTION(name, since, parameters, arguments)                            \
    static_assert(rows(Fn::name) == 1, #name " needs one row in features.def");      \
    static_assert(said_to_do_something(Fn::name) == does_something(Fn::name), #name  \
                  " is bound in bindings.def and not supported in features.def, or " \
                  "the other way round");
#include "entry/functions.def"
#undef JPKI_FUNCTION

std::string since(Fn function) {
    constexpr std::array kSince = {
#define JPKI_FUNCTION(name, since, parameters, arguments) #since,
#include "entry/functions.def"
#undef JPKI_FUNCTION
    };
    std::string version = kSince.at(static_cast<std::size_t>(function));
    version.at(version.find('_')) = '.';
    return version;
}

std::size_t count(Kind kind) {
    std::size_t found = 0;
    for (const Row& row : kRows)
        found += row.kind == kind ? 1U : 0U;
    return found;
}

// --- what the module answers

// Room for whatever a pointer may be taken for.
alignas(std::max_align_t) std::array<std::byte, 4096> g_scratch;

template <class T>
T argument(CK_OBJECT_HANDLE object) {
    if constexpr (std::is_pointer_v<T>) {
        return reinterpret_cast<T>(g_scratch.data());
    } else {
        return static_cast<T>(object);
    }
}

// A call with usable pointers, an object's handle for every number, and `first` as session or slot.
template <class... Rest>
CK_RV ask(CK_RV (*function)(CK_ULONG, Rest...), CK_ULONG first, [[maybe_unused]] CK_OBJECT_HANDLE object) {
    g_scratch.fill(std::byte{0});
    return function(first, argument<Rest>(object)...);
}

class Questions {
  public:
    explicit Questions(Report& report) : report_(report) {}

    template <class... Rest>
    void before_initialize(const char* name, CK_RV (*function)(CK_ULONG, Rest...)) {
        report_.expect(ask(function, 0, 0) == CKR_CRYPTOKI_NOT_INITIALIZED,
                       std::string(name) + " asks for C_Initialize");
    }

    template <class... Rest>
    void always(const char* name, CK_RV (*function)(CK_ULONG, Rest...), CK_RV rv, const char* rv_name) {
        const bool of_a_slot = std::string_view(name) == "C_InitToken";
        CK_MECHANISM sha256{CKM_SHA256, nullptr, 0};
        const CK_RV begun = C_DigestInit(session_, &sha256);  // so that there is a state to save and a digest
        must(begun == CKR_OPERATION_ACTIVE ? CKR_OK : begun, "C_DigestInit");
        report_.expect(ask(function, of_a_slot ? kAuthentication : session_, key_) == rv,
                       std::string(name) + " answers " + rv_name);
        report_.expect(
            ask(function, kNone, key_) == (of_a_slot ? CKR_SLOT_ID_INVALID : CKR_SESSION_HANDLE_INVALID),
            std::string(name) + " judges its handle first");
    }

    void begin() {
        session_ = Library::open(kAuthentication);
        for (const CK_OBJECT_HANDLE object : Library::find_all(session_)) {
            if (Library::get_number(session_, object, CKA_CLASS) == CKO_PUBLIC_KEY) key_ = object;
        }
        must(key_ != CK_INVALID_HANDLE ? CKR_OK : CKR_GENERAL_ERROR, "a public key");
    }

  private:
    static constexpr CK_ULONG kNone = 88888;
    Report& report_;
    CK_SESSION_HANDLE session_ = CK_INVALID_HANDLE;
    CK_OBJECT_HANDLE key_ = CK_INVALID_HANDLE;
};

void ask_the_module(Report& report) {
    Questions questions(report);
#define JPKI_CHAPTER(clause, title)
#define JPKI_SUPPORTED(name, clause, how)
#define JPKI_ANSWERS(name, clause, rv, why) questions.before_initialize(#name, &name);
#define JPKI_NOT_SUPPORTED(name, clause, why) questions.before_initialize(#name, &name);
#include "entry/features.def"
#undef JPKI_ANSWERS
#undef JPKI_NOT_SUPPORTED
    const Library library;
    questions.begin();
#define JPKI_ANSWERS(name, clause, rv, why) questions.always(#name, &name, rv, #rv);
#define JPKI_NOT_SUPPORTED(name, clause, why) \
    questions.always(#name, &name, CKR_FUNCTION_NOT_SUPPORTED, "CKR_FUNCTION_NOT_SUPPORTED");
#include "entry/features.def"
#undef JPKI_CHAPTER
#undef JPKI_SUPPORTED
#undef JPKI_ANSWERS
#undef JPKI_NOT_SUPPORTED
}

std::string answer(const Row& row) {
    switch (row.kind) {
        case Kind::supported: return "yes";
        case Kind::answers: return code(row.rv);
        case Kind::not_supported:
        case Kind::chapter: break;
    }
    return "no";
}

}  // namespace

void functions(Report& report) {
    report.line("## Functions");
    report.line();
    report.line("Of the " + std::to_string(std::size(kRows) - count(Kind::chapter)) +
                " functions of PKCS#11 3.2, " + std::to_string(count(Kind::supported)) +
                " do what they are for, " + std::to_string(count(Kind::answers)) + " have one answer, and " +
                std::to_string(count(Kind::not_supported)) + " are not supported.");
    report.line();
    report.line(
        "\"No\" means `CKR_FUNCTION_NOT_SUPPORTED`. Before that, and before the one answer of others, come");
    report.line(
        "`CKR_CRYPTOKI_NOT_INITIALIZED` and `CKR_SESSION_HANDLE_INVALID` or `CKR_SLOT_ID_INVALID`, as of "
        "every function.");
    report.line(
        "Numbers are clauses of PKCS#11 3.2; \"since\" is the first function list that has the function.");
    std::string chapter;
    int number = 0;
    for (const Row& row : kRows) {
        if (row.kind == Kind::chapter) {
            chapter = row.clause;
            number = 0;
            report.line();
            report.line("### " + std::string(row.name) + " (" + chapter + ")");
            report.line();
            report.head({"function", "clause", "since", "supported", "how, or why not"});
            continue;
        }
        const std::string expected = chapter + "." + std::to_string(++number);
        report.expect(expected == row.clause, std::string(row.name) + " has clause " + row.clause);
        report.row({code(row.name), row.clause, since(row.function), answer(row), row.why});
    }
    report.line();
    ask_the_module(report);
}

}  // namespace jpki::features
