// libFuzzer's mutations of the call harness, in whole calls: put in, take out, repeat, exchange, splice, and
// change one argument of one call.
#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "calls_record.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using namespace jpki::fuzz;
using Records = std::vector<Record>;

Records records_of(const std::uint8_t* data, std::size_t size) {
    Records records(std::min(size / kRecordSize, kMostRecords));
    if (!records.empty()) std::memcpy(records.data(), data, records.size() * kRecordSize);
    return records;
}

std::size_t put(const Records& records, std::uint8_t* data, std::size_t max_size) {
    const std::size_t count = std::min({records.size(), kMostRecords, max_size / kRecordSize});
    if (count != 0) std::memcpy(data, records.data(), count * kRecordSize);
    return count * kRecordSize;
}

class Dice {
  public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : engine_() % limit; }
    std::uint8_t byte() { return static_cast<std::uint8_t>(engine_()); }

  private:
    std::minstd_rand engine_;
};

// The functions that do something; the others are called, too, but less often.
std::vector<std::uint8_t> working_functions() {
    constexpr std::array kWorks{
#define JPKI_WORKS_always true
#define JPKI_WORKS_supported true
#define JPKI_WORKS_answers(rv) true
#define JPKI_WORKS_not_supported false
#define JPKI_FUNCTION(name, since, clause, answer, why, parameters, arguments) JPKI_WORKS_##answer,
#include "entry/functions.def"
#undef JPKI_FUNCTION
    };
    std::vector<std::uint8_t> rows;
    for (std::size_t row = 0; row < kFunctions; ++row)
        if (kWorks[row]) rows.push_back(static_cast<std::uint8_t>(row));
    return rows;
}

std::uint8_t some_function(Dice& dice) {
    static const std::vector<std::uint8_t> working = working_functions();
    const std::size_t choice = dice.below(16);
    if (choice == 0) return static_cast<std::uint8_t>(dice.below(kFunctions));
    if (choice < 3) return static_cast<std::uint8_t>(kFunctions + dice.below(kEvents));
    return working[dice.below(working.size())];
}

Record some_record(Dice& dice) {
    // Small numbers choose the usual: sessions that are open, sound lengths, no null pointers.
    Record made{};
    made.function = some_function(dice);
    made.session = static_cast<std::uint8_t>(dice.below(4));
    made.object = static_cast<std::uint8_t>(dice.below(8));
    made.mechanism = dice.byte();
    made.text = static_cast<std::uint8_t>(dice.below(6));
    made.flags = static_cast<std::uint8_t>(dice.below(4));
    made.data = dice.byte();
    return made;
}

void change_argument(Record& record, Dice& dice) {
    auto* bytes = reinterpret_cast<std::uint8_t*>(&record);
    bytes[1 + dice.below(kRecordSize - 1)] =
        dice.below(2) == 0 ? dice.byte() : static_cast<std::uint8_t>(dice.below(8));
}

void mutate(Records& records, Dice& dice) {
    const std::size_t at = dice.below(records.size() + 1);
    const auto where = records.begin() + static_cast<std::ptrdiff_t>(at);
    if (at == records.size()) {
        records.push_back(some_record(dice));
        return;
    }
    switch (dice.below(6)) {
        case 0: records.insert(where, some_record(dice)); break;
        case 1:
            if (records.size() > 1) records.erase(where);
            break;
        case 2: records.insert(where, Record(records[dice.below(records.size())])); break;
        case 3: std::swap(*where, records[dice.below(records.size())]); break;
        case 4: where->function = some_function(dice); break;
        default: change_argument(*where, dice); break;
    }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
    if (max_size < kRecordSize) return LLVMFuzzerMutate(data, size, max_size);
    Dice dice(seed);
    Records records = records_of(data, size);
    const std::size_t rounds = 1 + dice.below(4);
    for (std::size_t round = 0; round < rounds; ++round)
        mutate(records, dice);
    // Its own mutations know the dictionary and values that comparisons have shown.
    if (!records.empty() && dice.below(8) == 0) {
        Record& one = records[dice.below(records.size())];
        (void)LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(&one), kRecordSize, kRecordSize);
    }
    return put(records, data, max_size);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1,
                                                 const std::uint8_t* data2, std::size_t size2,
                                                 std::uint8_t* out, std::size_t max_size, unsigned seed) {
    Dice dice(seed);
    if (max_size < kRecordSize) return 0;
    Records first = records_of(data1, size1);
    const Records second = records_of(data2, size2);
    const std::size_t from = dice.below(second.size() + 1);
    const std::size_t count = dice.below(second.size() - from + 1);
    const auto start = second.begin() + static_cast<std::ptrdiff_t>(from);
    first.insert(first.begin() + static_cast<std::ptrdiff_t>(dice.below(first.size() + 1)), start,
                 start + static_cast<std::ptrdiff_t>(count));
    return put(first, out, max_size);
}
