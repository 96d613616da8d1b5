// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of a journal: for each column a type and a value, the rest is the data.
#include "core/model/boundedjson.h"
#include "core/store/journalrow.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace orrery;

/// A value of any type; texts are taken out of `text`.
store::Cell cell(fuzz::Input &input, std::string_view text)
{
    store::Cell cell{store::Cell::Type(input.byte() % 5), 0, {}};
    std::uint64_t bits = 0;
    for (int count = input.byte() % 9; count > 0; --count)
        bits = bits << 8 | input.byte();
    cell.integer = std::int64_t(bits);
    if (cell.type == store::Cell::Type::Text || cell.type == store::Cell::Type::Blob)
        cell.bytes = text.substr(0, bits % (text.size() + 1));
    return cell;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    fuzz::Input input(data, size);
    const std::string_view all(reinterpret_cast<const char *>(data), size);
    store::JournalRow row;
    row.seq = 1 + input.byte();
    for (store::Cell *each :
         {&row.timeUs, &row.kind, &row.run, &row.agent, &row.parent, &row.durationUs})
        *each = cell(input, all);
    row.data = {store::Cell::Type(input.byte() % 5), 0, input.rest()};
    const store::KindNames kinds = {{0, {EventKind::RunStarted, "run_started"}},
                                    {1, {EventKind::Count, "yet_unknown"}}};
    const store::DecodedRow decoded = store::decodeRow(row, kinds);
    if (!decoded.event) {
        fuzz::require(!decoded.damage.empty(), "what is left out is told");
        return 0;
    }
    const Event &event = *decoded.event;
    fuzz::require(event.parent < event.seq, "the parent comes before");
    fuzz::require(event.timeUs >= 0 && event.timeUs <= store::kLastTimeUs, "a time of our years");
    fuzz::require(event.durationUs >= 0 && event.durationUs <= store::kLastTimeUs, "a duration");
    fuzz::require(isBoundedJson(event.data.text(), kDeepestOwnJson), "data within bounds");
    fuzz::require(event.data.json().is_object(), "data is an object");
    fuzz::require(!toJson(event).dump().empty(), "it can be written as JSON");
    return 0;
}
