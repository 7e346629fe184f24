// Sequences of calls of all functions of PKCS#11 3.2 on a virtual card that comes, goes, fails and lies.
#include <cstring>

#include "calls_arguments.hpp"

namespace {

using namespace jpki::fuzz;

using Caller = CK_RV (*)(Arguments&);
constexpr std::array<Caller, kFunctions> kCallers{
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) \
    [](Arguments& made) { return made.call(&::name, Tag<shape::name>{}); },
#include "entry/functions.def"
#undef JPKI_FUNCTION
};

void act(World& world, Record record) {
    const std::size_t row = record.function % (kFunctions + kEvents);
    record.function = static_cast<std::uint8_t>(row);
    if (row >= kFunctions) return world.happen(static_cast<Event>(row - kFunctions), record);
    Arguments arguments(world, record);
    const CK_RV rv = kCallers[row](arguments);
    arguments.check(rv);
    arguments.report(rv);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    World world;
    for (std::size_t i = 0; i < std::min(size / kRecordSize, kMostRecords); ++i) {
        Record record;
        std::memcpy(&record, data + i * kRecordSize, kRecordSize);
        act(world, record);
    }
    world.check_end();
    return 0;
}
