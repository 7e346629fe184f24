// The 104 functions: functions.def in the order of the standard's chapters, and held against what the module
// answers when it runs.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <utility>

#include "entry/binding.hpp"
#include "library.hpp"
#include "report.hpp"

namespace jpki::features {

namespace {

using p11::Fn;

enum class Answer { always, supported, answers, not_supported };

struct Row {
    const char* name;
    const char* since;
    const char* clause;
    Answer answer;
    CK_RV rv;  // of those that have one answer
    const char* rv_name;
    const char* why;
};

constexpr std::array kRows{
#define JPKI_ANSWER_always Answer::always, CKR_OK, ""
#define JPKI_ANSWER_supported Answer::supported, CKR_OK, ""
#define JPKI_ANSWER_answers(rv) Answer::answers, rv, #rv
#define JPKI_ANSWER_not_supported \
    Answer::not_supported, CKR_FUNCTION_NOT_SUPPORTED, "CKR_FUNCTION_NOT_SUPPORTED"
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) \
    Row{#name, #since, clause, JPKI_ANSWER_##answer, why},
#include "entry/functions.def"
#undef JPKI_FUNCTION
};

constexpr bool is_supported(Answer answer) { return answer == Answer::always || answer == Answer::supported; }

// What PKCS#11 3.2 calls the clauses 5.4 and following.
constexpr std::array kChapters{
    "Library and interfaces",
    "Slots, tokens and PINs",
    "Sessions and login",
    "Objects",
    "Encryption",
    "Encryption of messages",
    "Decryption",
    "Decryption of messages",
    "Digests",
    "Signatures",
    "Signatures of messages",
    "Verification",
    "Verification of messages",
    "Two operations in one",
    "Keys",
    "Random numbers",
    "Functions in parallel",
    "Asynchronous functions",
};
constexpr int kFirstChapter = 4;

// Chapter and number of "5.13.2".
std::pair<int, int> place_of(const Row& row) {
    int chapter = 0;
    int number = 0;
    return std::sscanf(row.clause, "5.%d.%d", &chapter, &number) == 2 ? std::pair{chapter, number}
                                                                      : std::pair{0, 0};
}

std::string since(const Row& row) {
    std::string version = row.since;
    version.at(version.find('_')) = '.';
    return version;
}

template <class Is>
std::string count(Is is) {
    return std::to_string(std::ranges::count_if(kRows, is, &Row::answer));
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

// `then(row, function)` of each function that has but one answer.
template <class Then>
void for_each_refusal(Then then) {
#define JPKI_REFUSAL(name) then(kRows.at(static_cast<std::size_t>(Fn::name)), &::name);
#define JPKI_NO_REFUSAL(name)
#define JPKI_THEN_always JPKI_NO_REFUSAL
#define JPKI_THEN_supported JPKI_NO_REFUSAL
#define JPKI_THEN_answers(rv) JPKI_REFUSAL
#define JPKI_THEN_not_supported JPKI_REFUSAL
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) JPKI_THEN_##answer(name)
#include "entry/functions.def"
#undef JPKI_FUNCTION
}

class Questions {
  public:
    explicit Questions(Report& report) : report_(report) {}

    template <class... Rest>
    void before_initialize(const Row& row, CK_RV (*function)(CK_ULONG, Rest...)) {
        report_.expect(ask(function, 0, 0) == CKR_CRYPTOKI_NOT_INITIALIZED,
                       std::string(row.name) + " asks for C_Initialize");
    }

    template <class... Rest>
    void always(const Row& row, CK_RV (*function)(CK_ULONG, Rest...)) {
        const bool of_a_slot = std::string_view(row.name) == "C_InitToken";
        CK_MECHANISM sha256{CKM_SHA256, nullptr, 0};
        const CK_RV begun = C_DigestInit(session_, &sha256);  // so that there is a state to save and a digest
        must(begun == CKR_OPERATION_ACTIVE ? CKR_OK : begun, "C_DigestInit");
        report_.expect(ask(function, of_a_slot ? kAuthentication : session_, key_) == row.rv,
                       std::string(row.name) + " answers " + row.rv_name);
        report_.expect(
            ask(function, kNone, key_) == (of_a_slot ? CKR_SLOT_ID_INVALID : CKR_SESSION_HANDLE_INVALID),
            std::string(row.name) + " checks its handle first");
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
    for_each_refusal([&](const Row& row, auto* function) { questions.before_initialize(row, function); });
    const Library library;
    questions.begin();
    for_each_refusal([&](const Row& row, auto* function) { questions.always(row, function); });
}

std::string answer_of(const Row& row) {
    if (is_supported(row.answer)) return "yes";
    return row.answer == Answer::answers ? code(row.rv_name) : "no";
}

void table(Report& report) {
    std::vector<Row> rows(kRows.begin(), kRows.end());
    std::ranges::sort(rows, {}, place_of);
    std::pair<int, int> last{kFirstChapter - 1, 0};
    for (const Row& row : rows) {
        const auto place = place_of(row);
        const bool begins = place.first != last.first;
        report.expect(
            place == (begins ? std::pair{last.first + 1, 1} : std::pair{last.first, last.second + 1}),
            std::string(row.name) + " has a clause of its own: " + row.clause);
        if (begins) {
            report.line();
            report.line("### " +
                        std::string(kChapters.at(static_cast<std::size_t>(place.first - kFirstChapter))) +
                        " (5." + std::to_string(place.first) + ")");
            report.line();
            report.head({"function", "clause", "since", "supported", "how, or why not"});
        }
        report.row({code(row.name), row.clause, since(row), answer_of(row), row.why});
        last = place;
    }
}

}  // namespace

void functions(Report& report) {
    report.line("## Functions");
    report.line();
    report.line("Of the " + std::to_string(kRows.size()) + " functions of PKCS#11 3.2, " +
                count(is_supported) + " do what they are for, " +
                count([](Answer answer) { return answer == Answer::answers; }) + " have one answer, and " +
                count([](Answer answer) { return answer == Answer::not_supported; }) + " are not supported.");
    report.line();
    report.line(
        "\"No\" means `CKR_FUNCTION_NOT_SUPPORTED`. Before that, and before the one answer of others, come");
    report.line(
        "`CKR_CRYPTOKI_NOT_INITIALIZED` and `CKR_SESSION_HANDLE_INVALID` or `CKR_SLOT_ID_INVALID`, as of "
        "every function.");
    report.line(
        "Numbers are clauses of PKCS#11 3.2; \"since\" is the first function list that has the function.");
    table(report);
    report.line();
    ask_the_module(report);
}

}  // namespace jpki::features
